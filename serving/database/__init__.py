"""The operational database: what people and machines told us, and who may ask.

`open_database` opens it, `reading` and `writing` give connections; each other module reads and writes one kind of row.
"""

from serving.database.failures import DatabaseDamaged, DatabaseUnavailable
from serving.database.opened.engine import database_url, open_database
from serving.database.transactions import reading, writing

__all__ = ["DatabaseDamaged", "DatabaseUnavailable", "database_url", "open_database", "reading", "writing"]
