"""How is a person erased from the command line: everything at once, in the foreground, with the certificate at the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import NotFound
from lifecycle.console import JsonFlag, emit, phase

if TYPE_CHECKING:
    from features.times import Timestamp
    from serving.privacy.erasing import Installation
    from serving.privacy.records import Erasure


_LONGEST_WAIT_SECONDS = 600.0  # for an import or a publication that runs


class NothingKnown(NotFound):
    """Nothing is known of whoever is to be erased."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(erase)


def erase(
    customer_id: Annotated[str, typer.Argument(metavar="CUSTOMER_ID", help="Your id of the customer.")],
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Erase, and keep out, also somebody of whom neither log nor database knows.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Erase a person from every file and table, and print what was searched, removed and put in its place.

    Whatever comes about the person later is not taken. If it is interrupted, give it again: it goes on.
    """
    from features.subjects import installation_secret
    from lifecycle.database import open_operational
    from lifecycle.settings import Settings
    from serving.privacy.erasing import Installation

    settings, now = Settings(), _now()
    with open_operational(settings) as engine:
        place = Installation(settings.home, engine, installation_secret(settings.home))
        with phase("erase"):
            erasure = _erased(place, customer_id, unknown=unknown, now=now)
    emit(_as_json(erasure), certificate_text(erasure), as_json=as_json)


def certificate_text(erasure: Erasure) -> str:
    """Return what was done, for a person; it does not say who it was."""
    from features.times import format_time

    lines = [f"erased {erasure.subject}", f"asked for at {format_time(erasure.asked_at)}"]
    lines += [f"finished at {format_time(erasure.finished_at)}"] if erasure.finished_at is not None else ["not finished"]
    lines += [f"  {table:<24}{rows:>9,} rows" for table, rows in erasure.certificate.database.items()]
    for store in erasure.certificate.files:
        lines.append(f"  {store.store:<24}{store.rows:>9,} rows in {store.changed:,} of {store.searched:,} searched")
        lines += [f"    {each}" for each in store.superseded]
    return "\n".join(lines)


def _erased(place: Installation, customer_id: str, *, unknown: bool, now: Timestamp) -> Erasure:
    from serving.database import reading, writing
    from serving.database.audit import AuditEntry
    from serving.privacy.asking import Request, ask
    from serving.privacy.erasing import finish_erasures
    from serving.privacy.files import Patience
    from serving.privacy.known import is_in_log
    from serving.privacy.records import erasure_of

    person = place.person(customer_id)
    by = AuditEntry(now, "lifecycle erase", None, "admin", "lifecycle erase", person.subject, 202)
    is_known = unknown or is_in_log(place.home, customer_id)
    with writing(place.engine) as connection:
        begun = ask(connection, Request(person, by, is_known))
    if begun is None:
        raise NothingKnown(
            "needed a customer of whom the log or the database knows, found nothing; nothing was done: check the id, "
            "or add --unknown to search every file for it and to keep it out"
        )
    finish_erasures(place, clock=_now, patience=Patience(_LONGEST_WAIT_SECONDS))
    with reading(place.engine) as connection:
        return erasure_of(connection, person.subject) or begun.erasure


def _now() -> Timestamp:
    return time.time_ns() // 1000


def _as_json(erasure: Erasure) -> dict[str, Any]:
    import msgspec

    from features.times import format_time

    finished = erasure.finished_at
    told = {"erasure_id": erasure.subject, "asked_at": format_time(erasure.asked_at)}
    done = {} if finished is None else {"finished_at": format_time(finished)}
    return {**told, **done, **msgspec.to_builtins(erasure.certificate)}
