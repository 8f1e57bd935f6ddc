"""WHATEVER GOES WRONG: every campaign of reliability by one command, and a running service whose machine fails it."""
