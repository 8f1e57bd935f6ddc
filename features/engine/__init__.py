"""The feature engine: one kernel that runs a program of arrays, and the runners around it."""
