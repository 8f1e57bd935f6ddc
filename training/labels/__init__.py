"""WHAT REALLY HAPPENED: the only code of this project that looks ahead of `as_of`."""
