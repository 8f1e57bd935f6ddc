"""WHAT IS ASKED OF EACH MODEL: its labels, its members, how it is chosen and graded; one file a question."""
