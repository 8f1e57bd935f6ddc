"""WHAT FIGURES ARE OF: one module a subject of the business, from rows as they were known to what is observed of them."""
