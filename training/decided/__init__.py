"""WHAT WAS DECIDED, FOR WHOM, AND WHAT CAME OF IT: a row a decision or offer shown, with the customer as known just before."""

from training.decided.contacts import contacts_known
from training.decided.known import Decided, decided_rows, features_before, known_before, monday_before
from training.decided.rows import MOST_ROWS, Decisions, read_decisions

__all__ = [
    "MOST_ROWS",
    "Decided",
    "Decisions",
    "contacts_known",
    "decided_rows",
    "features_before",
    "known_before",
    "monday_before",
    "read_decisions",
]
