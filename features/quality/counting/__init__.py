"""Counts of one bucket that add up over all buckets, and the rules that read them: no file, no verdict."""
