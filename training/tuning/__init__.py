"""HOW SHOULD TREES BE GROWN HERE: ways tried at moments before any that is graded, and one taken only if it is surely better."""
