"""A person like no other in every store of an installation, and a search for their traces that reads what is compressed too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Column, Engine, Integer, LargeBinary, Table, Text, select

from features.home import Home
from features.log.intake import Receipt, append
from features.subjects import installation_secret, subject
from features.times import DAY, Timestamp
from serving.database import reading, writing
from serving.database.tables import metadata

CANARY = "canary-7Q4Z9X"
"""The id of the person; every other token about them begins with it, so that one search finds all."""

DECISION = "d" * 24
"""The id of the decision about the person: it stays, so that whoever asks for it is told that it was erased."""


def events_about(customer_id: str, *, until: Timestamp, name: str = "") -> dict[str, pd.DataFrame]:
    """Return rows of a customer in several sources: a profile with a name, orders and a ticket, all known before `until`."""
    known = pd.to_datetime([until - days * DAY for days in (90, 60, 30, 5)], unit="us", utc=True)
    orders = {"purchase_id": [f"{customer_id}-p{number}" for number in range(4)], "occurred_at": known, "known_at": known}
    profile = {
        "first_seen_at": known[:1],
        "joined_at": known[:1],
        "known_at": known[:1],
        "display_name": name or f"{customer_id} Doe",
    }
    ticket = {"ticket_id": [f"{customer_id}-t"], "opened_at": known[2:3], "known_at": known[2:3], "topic": f"{customer_id} moved"}
    return {
        "customers": pd.DataFrame(profile).assign(customer_id=customer_id),
        "purchases": pd.DataFrame(orders).assign(customer_id=customer_id, kind="order", revenue=9.0, margin=3.0),
        "tickets": pd.DataFrame(ticket).assign(customer_id=customer_id, channel="email"),
    }


def put_into_log(home: Home, customer_id: str, *, until: Timestamp) -> None:
    """Deliver rows about a customer, and one that breaks its contract and is set aside."""
    receipt = Receipt(until, known_at="given")
    append(home, events_about(customer_id, until=until), receipt=receipt)
    moment = pd.to_datetime([until - DAY], unit="us", utc=True)
    wrong = {
        "mention_id": f"{customer_id}-m",
        "occurred_at": moment,
        "known_at": moment,
        "customer_id": customer_id,
        "sentiment": 7.0,
    }
    append(home, {"mentions": pd.DataFrame(wrong)}, receipt=receipt)


def put_into_database(home: Home, engine: Engine, customer_id: str, *, now: Timestamp) -> list[str]:
    """Put a row about a customer into every table that holds customers, and return the tables."""
    name = subject(installation_secret(home), customer_id)
    about = [table for table in metadata.sorted_tables if "customer_id" in table.c and table.name != "erasures"]
    others = [metadata.tables["idempotent_answers"], metadata.tables["batches"]]
    with writing(engine) as connection:
        for table in (*about, *others):
            row = {column.name: _value(column, customer_id, now) for column in table.c if not _is_counted(column)}
            row |= _told(table, name)
            connection.execute(table.insert().values(**row))
    return [table.name for table in (*about, *others)]


def traces_in_files(root: Path, token: str = CANARY) -> list[str]:
    """Return the files below a folder with a token in their bytes, or in any value of a Parquet file, which is compressed."""
    found = []
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        content = path.read_bytes()
        if token.encode() in content or (
            content[:4] == b"PAR1" and _is_in_parquet(pq.read_table(pa.BufferReader(content)), token)
        ):
            found.append(path.relative_to(root).as_posix())
    return found


def traces_in_database(engine: Engine, token: str = CANARY) -> list[str]:
    """Return the columns of texts and bytes, of every table, in which a token stands."""
    with reading(engine) as connection:
        return [
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.c
            if isinstance(column.type, Text | LargeBinary)
            and any(token in _read(value) for value in connection.execute(select(column)).scalars())
        ]


def _is_in_parquet(rows: pa.Table, token: str) -> bool:
    return any(token in str(value) for column in rows.columns for value in column.to_pylist() if value is not None)


def _read(value: str | bytes | None) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value or ""


def _value(column: Column[Any], customer_id: str, now: Timestamp) -> object:
    if column.name == "customer_id":
        return customer_id
    if isinstance(column.type, LargeBinary):
        return json.dumps({"customer_ids": [customer_id, "c1"], "text": f"{customer_id} wrote"}).encode()
    if isinstance(column.type, Text):
        return f"{customer_id}-{column.name}"
    if isinstance(column.type, Integer):
        return now if column.name.endswith(("_at", "until", "as_of")) else 1
    return 0.5


_ASKED = json.dumps({"customer_ids": [CANARY, "c1"]}).encode()


def _is_counted(column: Column[Any]) -> bool:
    return column.name == "sequence" and column.primary_key


def _told(table: Table, name: str) -> Mapping[str, object]:
    """Return what a row of this table must say for others to understand it."""
    own: dict[str, Mapping[str, object]] = {
        "decisions": {"id": DECISION, "state": "kept", "context": ""},
        "idempotent_answers": {"subject": name},
        "batches": {"id": "b1", "key_id": "k1", "state": "waiting", "versions": None, "fault": None, "asked": _ASKED},
    }
    return own.get(table.name, {})
