"""WHAT HAPPENED TO ONE: the touchpoints of a customer in order, and everything that is kept about a person."""
