"""What customers were shown before, and what came of it: one table of exposures, merged from stores, kept beside predictions."""

from models.decision.contacts.files import FILES, from_files, to_files
from models.decision.contacts.merging import merged
from models.decision.contacts.table import (
    COLUMNS,
    NEVER,
    OUTCOMES,
    UNKNOWN,
    Contact,
    Contacts,
    ContactsInvalid,
    exposure_hash,
    newest_states,
)

__all__ = [
    "COLUMNS",
    "FILES",
    "NEVER",
    "OUTCOMES",
    "UNKNOWN",
    "Contact",
    "Contacts",
    "ContactsInvalid",
    "exposure_hash",
    "from_files",
    "merged",
    "newest_states",
    "to_files",
]
