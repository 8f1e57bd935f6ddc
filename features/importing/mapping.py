"""How does somebody else's data become ours: a mapping file, one SQL SELECT for each source, checked before anything runs."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import pydantic
from pydantic import StringConstraints

from features.contracts.checks import KnownAt
from features.contracts.sources import SOURCES
from features.errors import InvalidInput, NotFound
from features.importing.statements import faults_of_select
from features.times import NaiveTime, Timestamp, parse_time

CompanyName: TypeAlias = Literal["default", "activity", "grocery"]
DatabaseKind: TypeAlias = Literal["sqlite", "postgresql", "duckdb"]

_DIALECTS: Mapping[DatabaseKind, str] = {"sqlite": "sqlite", "postgresql": "postgres", "duckdb": "duckdb"}


class MappingInvalid(InvalidInput):
    """A mapping file that cannot be used; the message lists everything wrong with it."""

    def __init__(self, faults: Collection[str]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"the mapping cannot be used; nothing was imported\n{listed}\nits format stands in docs/import.md")


class UnknownMapping(NotFound):
    """No mapping of that name is shipped."""


_Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
_Table = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}([.][A-Za-z_][A-Za-z0-9_]{0,62})?$")]
_Sentence = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True)


class DatabaseTables(_Part):
    """Which database the SELECTs run in, and the tables or views they may read there, with a schema where it needs one."""

    kind: DatabaseKind
    tables: Annotated[tuple[_Table, ...], pydantic.Field(min_length=1, strict=False)]


class Counted(_Part):
    """A SELECT that gives two numbers, how many and of how many, and the words for what is counted."""

    text: _Sentence
    count: str


class _MappingFile(_Part):
    name: _Name
    known_at: KnownAt
    company: CompanyName | None = None
    observed_until: str | None = None
    package: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(/[a-z0-9_]+)*$")] | None = None
    assumptions: Annotated[tuple[str, ...], pydantic.Field(strict=False)] = ()
    files: dict[_Name, str] = {}
    database: DatabaseTables | None = None
    views: dict[_Name, str] = {}
    select: Annotated[dict[str, str], pydantic.Field(min_length=1)]
    left_out: dict[str, str] = {}
    findings: dict[_Name, Counted] = {}


@dataclass(frozen=True)
class ImportMapping:
    """What is read, and the SELECT that makes each source of it.

    Either `files` (table name -> which files) or `database` says what is read; `package` names the folder of an installed package
    to take the files from where no other place is given. `views` are steps that several SELECTs share, in order. `left_out`
    counts, by reason, raw rows that the SELECTs leave out on purpose; `findings` count what a reader of the data should know;
    `assumptions` say what the data do not. All three are repeated in the report.
    """

    name: str
    known_at: KnownAt
    company: CompanyName | None
    observed_until: Timestamp | None
    package: str | None
    assumptions: tuple[str, ...]
    files: Mapping[str, str]
    database: DatabaseTables | None
    views: Mapping[str, str]
    select: Mapping[str, str]
    left_out: Mapping[str, str]
    findings: Mapping[str, Counted]

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the names under which the SELECTs read the data."""
        return self.database.tables if self.database else tuple(self.files)

    @property
    def dialect(self) -> str:
        """Return the SQL in which the SELECTs are written, by its name in sqlglot."""
        return _DIALECTS[self.database.kind] if self.database else "duckdb"


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
    mapping = ImportMapping(**dict(found) | {"observed_until": observed_until})
    if faults := [*faults, *_faults_of_sources(mapping), *_faults_of_sql(mapping)]:
        raise MappingInvalid(faults)
    return mapping


def _moment(text: str | None) -> tuple[Timestamp | None, list[str]]:
    try:
        return (None if text is None else parse_time(text)), []
    except NaiveTime as error:
        return None, [f"observed_until: {error}"]


def _faults_of_sources(mapping: ImportMapping) -> list[str]:
    faults = [
        f"select.{name}: no such source; the sources are {', '.join(SOURCES)}" for name in mapping.select if name not in SOURCES
    ]
    if bool(mapping.files) == bool(mapping.database):
        faults.append("needs what is read: either [files] or [database]")
    return faults


def _faults_of_sql(mapping: ImportMapping) -> list[str]:
    tables, faults = set(mapping.tables), []
    for name, sql in mapping.views.items():
        faults += [f"views.{name}: {fault}" for fault in faults_of_select(sql, tables, dialect=mapping.dialect)]
        tables.add(name)
    counts = {name: finding.count for name, finding in mapping.findings.items()}
    for part, statements in (("select", mapping.select), ("left_out", mapping.left_out), ("findings", counts)):
        for name, sql in statements.items():
            faults += [f"{part}.{name}: {fault}" for fault in faults_of_select(sql, tables, dialect=mapping.dialect)]
    return faults
