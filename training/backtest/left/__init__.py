"""THE POST-MORTEM: what was to be seen of those who left, months before, beside those who stayed."""
