"""The company file: what this business means by churn, stages, offers and limits, validated as a whole."""
