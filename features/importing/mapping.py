"""How does somebody else's data become ours: a mapping file, one SQL SELECT for each source, checked before anything runs."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import pydantic
import sqlglot
from pydantic import StringConstraints
from sqlglot import exp
from sqlglot.errors import SqlglotError

from features.contracts.checks import KnownAt
from features.contracts.sources import SOURCES
from features.errors import InvalidInput, NotFound
from features.times import NaiveTime, Timestamp, parse_time

CompanyName: TypeAlias = Literal["default", "activity"]

_NOT_REPEATABLE = {
    *("rand", "random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval", "currval", "txid_current"),
    *("now", "today", "age", "localtime", "localtimestamp", "transaction_timestamp", "get_current_time", "get_current_timestamp"),
    *("getenv", "getvariable", "session_user", "version", "query", "query_table"),
}
_OF_THE_MOMENT = "current_"  # current_date, current_user, current_setting, ...


class MappingInvalid(InvalidInput):
    """A mapping file that cannot be used; the message lists everything wrong with it."""

    def __init__(self, faults: Collection[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"the mapping cannot be used; nothing was imported\n{listed}\nits format stands in docs/import.md")


class UnknownMapping(NotFound):
    """No mapping of that name is shipped."""


@dataclass(frozen=True)
class ImportMapping:
    """Which files are read under which table name, and the SELECT that makes each source of them.

    `views` are steps that several SELECTs share, in order. `left_out` counts, by reason, raw rows that the SELECTs leave out on
    purpose; `assumptions` say what the data do not, and are repeated in the report.
    """

    name: str
    known_at: KnownAt
    company: CompanyName | None
    observed_until: Timestamp | None
    assumptions: tuple[str, ...]
    files: Mapping[str, str]
    views: Mapping[str, str]
    select: Mapping[str, str]
    left_out: Mapping[str, str]


_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class _MappingFile(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True, extra="forbid")

    name: _Name
    known_at: KnownAt
    company: CompanyName | None = None
    observed_until: str | None = None
    assumptions: tuple[str, ...] = pydantic.Field((), strict=False)
    files: Annotated[dict[_Name, str], pydantic.Field(min_length=1)]
    views: dict[_Name, str] = {}
    select: Annotated[dict[str, str], pydantic.Field(min_length=1)]
    left_out: dict[str, str] = {}


def shipped_mappings() -> list[str]:
    """Return the names of the mappings that come with the product."""
    folder = resources.files("features.importing") / "mappings"
    return sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))


def shipped_mapping(name: str) -> ImportMapping:
    """Return a mapping that comes with the product.

    Raises
    ------
    UnknownMapping
        If there is none of that name.

    Examples
    --------
    >>> sorted(shipped_mapping("online_retail").select)
    ['customers', 'purchases']
    """
    if name not in shipped_mappings():
        raise UnknownMapping(f"no mapping {name!r} is shipped; there is {', '.join(shipped_mappings())}, or name a .toml file")
    return parse_mapping((resources.files("features.importing") / "mappings" / f"{name}.toml").read_text("utf-8"))


def read_mapping(path: Path) -> ImportMapping:
    """Read a mapping from disk and check it.

    Raises
    ------
    UnknownMapping
        If there is no such file.
    MappingInvalid
        As `parse_mapping`, and for a file that is no UTF-8 text.
    """
    if not path.is_file():
        raise UnknownMapping(f"no mapping file {path}; docs/import.md shows how one looks")
    try:
        return parse_mapping(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise MappingInvalid([f"needs UTF-8 text, found the byte 0x{error.object[error.start]:02x} at {error.start}"]) from error


def parse_mapping(text: str) -> ImportMapping:
    """Read a mapping and check it without running anything.

    Raises
    ------
    MappingInvalid
        With everything that is wrong with it.
    """
    try:
        found = _MappingFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingInvalid([f"not TOML: {error}"]) from error
    except RecursionError as error:
        raise MappingInvalid(["needs lists and tables nested a few deep, found hundreds of levels"]) from error
    except pydantic.ValidationError as errors:
        raise MappingInvalid([f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in errors.errors()]) from errors
    observed_until, faults = _moment(found.observed_until)
    if faults := [*faults, *_faults_of_sources(found), *_faults_of_sql(found)]:
        raise MappingInvalid(faults)
    return ImportMapping(**found.model_dump(exclude={"observed_until"}), observed_until=observed_until)


def _moment(text: str | None) -> tuple[Timestamp | None, list[str]]:
    try:
        return (None if text is None else parse_time(text)), []
    except NaiveTime as error:
        return None, [f"observed_until: {error}"]


def _faults_of_sources(found: _MappingFile) -> list[str]:
    return [
        f"select.{name}: no such source; the sources are {', '.join(SOURCES)}" for name in found.select if name not in SOURCES
    ]


def _faults_of_sql(found: _MappingFile) -> list[str]:
    tables, faults = set(found.files), []
    for name, sql in found.views.items():
        faults += [f"views.{name}: {fault}" for fault in faults_of_select(sql, tables)]
        tables.add(name)
    for part in ("select", "left_out"):
        for name, sql in getattr(found, part).items():
            faults += [f"{part}.{name}: {fault}" for fault in faults_of_select(sql, tables)]
    return faults


def faults_of_select(sql: str, tables: Collection[str]) -> list[str]:
    """Return what keeps a text from being one SELECT that reads these tables alone and gives the same answer every time.

    >>> faults_of_select("SELECT * FROM lines", {"lines"})
    []
    >>> faults_of_select("SELECT * FROM 'secret.csv'", {"lines"})
    ['reads secret.csv, which is neither in [files] nor an earlier view: lines']
    """
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except SqlglotError as error:
        return [f"not understood as SQL: {str(error).splitlines()[0]}"]
    except RecursionError:
        return ["needs SQL nested a few deep, found hundreds of levels"]
    if len(statements) != 1 or not isinstance(select := statements[0], exp.Select) or select.find(exp.Into, exp.Lock):
        return ["needs exactly one SELECT and nothing else"]
    readable = {*tables, *(cte.alias.lower() for cte in select.find_all(exp.CTE))}
    faults = [_fault_of_table(table, readable) for table in select.find_all(exp.Table)]
    faults += [_fault_of_lateral(lateral) for lateral in select.find_all(exp.Lateral)]
    faults += [_fault_of_function(function) for function in select.find_all(exp.Func)]
    faults += [_not_repeatable(sample) for sample in select.find_all(exp.TableSample)]
    return list(dict.fromkeys(fault for fault in faults if fault))


def _fault_of_table(table: exp.Table, readable: Collection[str]) -> str | None:
    if isinstance(table.this, exp.Identifier) and not table.db and table.name.lower() in readable:
        return None
    known = ", ".join(sorted(readable))
    return f"reads {table.name or table.sql('duckdb')}, which is neither in [files] nor an earlier view: {known}"


def _fault_of_lateral(lateral: exp.Lateral) -> str | None:
    return f"reads {lateral.this.sql('duckdb')}: LATERAL needs a SELECT" if isinstance(lateral.this, exp.Func) else None


def _fault_of_function(function: exp.Func) -> str | None:
    name = (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()
    return _not_repeatable(function) if name in _NOT_REPEATABLE or name.startswith(_OF_THE_MOMENT) else None


def _not_repeatable(part: exp.Expr) -> str:
    return f"{part.sql('duckdb').strip()} is not allowed: an import gives the same rows every time, from the files alone"
