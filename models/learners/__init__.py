"""Learners: what can be fitted to rows and labels, and how their answers are blended and calibrated."""
