"""FROM A QUESTION TO A DECISION THAT STANDS: the situation of one customer, the window, the one writer, and what became of it."""
