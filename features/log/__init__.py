"""The event log: eight sources, their contracts, and the files that keep every version of every row."""
