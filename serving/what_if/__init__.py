"""WHAT WOULD BE PREDICTED if something were different: the live models asked about a customer's row with other numbers in it."""
