"""WHAT WAS OFFERED AND GIVEN BACK: decisions, how far each suggestion came, what was told about it, and the budget."""
