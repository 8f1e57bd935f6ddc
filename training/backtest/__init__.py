"""WHAT WOULD THE CHURN MODEL HAVE BROUGHT: month by month through the past, beside what a company would go by without it."""
