"""Processes of ingestion killed at random moments (R4): is every acknowledged row in the log, once."""
