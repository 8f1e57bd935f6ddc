"""WHAT AN AGENT READS OF ONE CUSTOMER: each part in plain words with its number, or why it is not known and what to do."""
