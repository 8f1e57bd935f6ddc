"""How does docs/event-log.md list the contracts: its tables are written from the declarations, so that they cannot say otherwise.

`python -m features.contracts.contract_page` writes them anew; a test compares them with what stands.
"""

from __future__ import annotations

from pathlib import Path

from features.contracts.schemas import CUSTOMER_ID, EARLIEST, GREATEST_NUMBER, LATEST, LONGEST_LIST, LONGEST_TEXT
from features.contracts.sources import SOURCES, Column, Kind, Source
from features.times import to_datetime

MARKER = "<!-- From here on: written by `python -m features.contracts.contract_page`. -->\n"

_KINDS = {Kind.TEXT: "text", Kind.TEXTS: "list of text", Kind.NUMBER: "number", Kind.FLAG: "true or false", Kind.TIME: "time"}


def with_contracts(page: str) -> str:
    """Return the page with everything after its marker written anew."""
    kept, marker, _ = page.partition(MARKER)
    return kept + marker + _limits() + "".join(_section(source) for source in SOURCES.values())


def _limits() -> str:
    return f"""
## Limits

- Times lie between {to_datetime(EARLIEST).year} and {to_datetime(LATEST).year}.
- Customer ids match `{CUSTOMER_ID}`.
- Texts have 1 to {LONGEST_TEXT:,} characters, none of them a control character; lists hold at most {LONGEST_LIST} texts.
- Numbers are finite and at most {GREATEST_NUMBER:g} in size.
"""


def _section(source: Source) -> str:
    meaning = source.meaning[0].upper() + source.meaning[1:]
    head = f"\n## `{source.name}`\n\n{meaning}. Id `{source.key}`, event time `{source.time}`.\n\n"
    table = "| column | holds | required | known with | meaning |\n|---|---|---|---|---|\n"
    return head + table + "".join(_line(column, source) for column in source.delivered)


def _line(column: Column, source: Source) -> str:
    known_with = f"`{column.known_with}`" if column.known_with else "itself" if _masked_until_itself(column, source) else ""
    return f"| `{column.name}` | {_holds(column)} | {'yes' if column.required else ''} | {known_with} | {column.meaning} |\n"


def _masked_until_itself(column: Column, source: Source) -> bool:
    return column.kind is Kind.TIME and column.name not in ("known_at", source.time)


def _holds(column: Column) -> str:
    low, high = column.minimum, column.maximum
    if column.choices:
        return " / ".join(f"`{choice}`" for choice in column.choices)
    if low is not None or high is not None:
        return f"number {'' if low is None else f'from {low:g}'} {'' if high is None else f'to {high:g}'}".rstrip()
    return _KINDS[column.kind]


if __name__ == "__main__":
    place = Path("docs/event-log.md")
    place.write_text(with_contracts(place.read_text("utf-8")), "utf-8")
