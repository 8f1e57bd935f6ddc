"""How does a person leave batches: out of what waits to be answered, and out of results that stand."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from features.home import Home
from serving.batches.asked import BatchAsked
from serving.batches.results import without_customer
from serving.database.batches import ask_anew, batch_ids, batches_asking, begin_anew


def erase_from_batches(home: Home, connection: Connection, customer_id: str) -> int:
    """Take a customer out of every batch, in the caller's transaction; return how many batches held them.

    Batches that run are begun anew, since their portions may hold the customer already. Files are rewritten before the
    transaction ends: done twice, it changes nothing more.
    """
    begin_anew(connection)
    found = 0
    for batch in batches_asking(connection):
        asked = msgspec.json.decode(batch.asked or b"{}", type=BatchAsked)
        without = asked.without(customer_id)
        if without != asked:
            ask_anew(connection, batch.id, msgspec.json.encode(without))
            found += 1
    return found + sum(bool(without_customer(home, batch_id, customer_id)) for batch_id in batch_ids(connection))
