"""Files of others brought into the event log: a mapping of one SELECT a source, run where it can read nothing else."""
