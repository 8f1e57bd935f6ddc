"""The features, one file a subject; a new one is one declaration here and nothing else."""
