"""The language of feature declarations, and its compiler into a program of plain arrays."""
