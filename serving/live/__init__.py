"""WHAT ANSWERS NOW: one verified state, where verified ones are found, and the watch that swaps them."""
