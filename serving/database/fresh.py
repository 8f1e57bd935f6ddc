"""Where do customers predicted anew stand: rows that readers ask for by sequence, each for one bundle and company file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from features.times import Timestamp
from features.write_once import sha256_of_json
from models.bundle import Live
from serving.database.tables import drain_cursors, fresh_predictions

_STREAM = "fresh_predictions"
_AT_ONCE = 500
"""So many ids stand in one statement."""


@dataclass(frozen=True)
class FreshRow:
    """One customer as of a moment later than the live snapshot's.

    `predictions`: float64, little-endian, in the order that `columns` names. `features`: float32, by the company's catalogue.
    """

    customer_id: str
    as_of: Timestamp
    bundle: str
    company: str
    columns: str
    predictions: bytes
    features: bytes


def columns_digest(columns: tuple[str, ...]) -> str:
    """Return the name of these columns in this order, by which a row is read."""
    return sha256_of_json(list(columns))


def write_fresh(connection: Connection, rows: Sequence[FreshRow]) -> None:
    """Put rows in place of those of the same customers; their sequences are higher than any before.

    All rows are of one bundle and company file, each of another customer.
    """
    if not rows:
        return
    first = _reserved(connection, len(rows))
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        drop_fresh(connection, [row.customer_id for row in part], bundle=part[0].bundle, company=part[0].company)
        connection.execute(
            fresh_predictions.insert(),
            [{**asdict(row), "sequence": first + start + place} for place, row in enumerate(part)],
        )


def drop_fresh(connection: Connection, ids: Sequence[str], *, bundle: str, company: str) -> None:
    """Delete the rows of these customers for one bundle and company file."""
    for start in range(0, len(ids), _AT_ONCE):
        named = fresh_predictions.c.customer_id.in_(ids[start : start + _AT_ONCE])
        connection.execute(delete(fresh_predictions).where(named, _of(bundle, company)))


def drop_settled(connection: Connection, *, bundle: str, company: str, as_of: Timestamp) -> None:
    """Delete the rows of one bundle and company file that know no more than the snapshot of `as_of` does."""
    connection.execute(delete(fresh_predictions).where(_of(bundle, company), fresh_predictions.c.as_of <= as_of))


def drop_others(connection: Connection, *, bundle: str, company: str, before: Timestamp) -> None:
    """Delete the rows made before a moment for any other bundle or company file: none of them is live, or about to be."""
    connection.execute(delete(fresh_predictions).where(~_of(bundle, company), fresh_predictions.c.as_of < before))


def fresh_customers(connection: Connection, *, bundle: str, company: str, after: Timestamp) -> list[str]:
    """Return who has a row for this bundle and company file as of later than a moment, sorted."""
    asked = select(fresh_predictions.c.customer_id).where(_of(bundle, company), fresh_predictions.c.as_of > after)
    return sorted(connection.scalars(asked))


def left_behind(connection: Connection, live: Live, *, ahead: Live, settled: Timestamp) -> list[str]:
    """Return of whom more is known by the rows for one live state than by those for another and its snapshot, sorted.

    `settled`: the moment of the other's snapshot.
    """
    known, other = fresh_predictions.alias(), fresh_predictions.alias()
    same = and_(other.c.customer_id == known.c.customer_id, other.c.bundle == ahead.bundle, other.c.company == ahead.company)
    behind = or_(other.c.as_of.is_(None), other.c.as_of < known.c.as_of)
    of_live = and_(known.c.bundle == live.bundle, known.c.company == live.company, known.c.as_of > settled)
    asked = select(known.c.customer_id).select_from(known.outerjoin(other, same)).where(of_live, behind)
    return sorted(connection.scalars(asked))


def _of(bundle: str, company: str) -> ColumnElement[bool]:
    return and_(fresh_predictions.c.bundle == bundle, fresh_predictions.c.company == company)


def _reserved(connection: Connection, count: int) -> int:
    """Return the first of so many sequences that nobody had; whoever else writes waits until this transaction ends.

    So rows become visible in the order of their sequences, and none is handed out twice, even after all rows were deleted.
    """
    here = drain_cursors.c.stream == _STREAM
    if not connection.execute(update(drain_cursors).where(here).values(sequence=drain_cursors.c.sequence + count)).rowcount:
        connection.execute(drain_cursors.insert().values(stream=_STREAM, sequence=count))
    return int(connection.scalars(select(drain_cursors.c.sequence).where(here)).one()) - count + 1
