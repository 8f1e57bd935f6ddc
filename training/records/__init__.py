"""WHAT A TRAINING LEAVES BEHIND: its report, its pictures, its MLflow run, and the candidate that waits for promotion."""
