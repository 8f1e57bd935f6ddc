"""RETRAINING AS A CYCLE: candidates made or found again, promoted if their gates let them, and scored."""
