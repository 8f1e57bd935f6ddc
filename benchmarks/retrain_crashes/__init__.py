"""Retrainings killed at random moments (R4): what readers and the service see meanwhile, and whether the next run completes."""
