"""WHAT GATES LET THROUGH: candidates with a planted fault, and sound ones, judged where a model is live already."""
