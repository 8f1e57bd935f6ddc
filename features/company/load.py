"""How does a company file get in: read and checked as a whole, stored by its hash, read again only if the hash still fits."""

from __future__ import annotations

import codecs
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from features.catalogue import catalogue_of
from features.company.checks import document_faults
from features.company.schema import Company, CompanyTerms
from features.company.schema_faults import schema_faults
from features.company.terms import SHORT_NAME
from features.definitions.vocabulary import Vocabulary
from features.document.faults import Fault, PlacedFault, placed
from features.document.lines import line_index
from features.document.parts import texts
from features.errors import Damaged, InvalidInput, NotFound
from features.home import Home
from features.write_once import replace_file

LONGEST_FILE = 1 << 20
_ANY_DAYS = 1  # when a milestone is due changes no feature's name

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class CompanyInvalid(InvalidInput):
    """The company file has faults; all of them are in the message, one a line, and in `faults`."""

    def __init__(self, faults: Sequence[PlacedFault]) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n".join([f"the company file has {count}; nothing was changed", *map(str, faults)]))


class CompanyDamaged(Damaged):
    """A stored company file is not what its name, the hash of its content, promises."""


class UnknownCompany(NotFound):
    """No company file is stored under that hash."""


def read_company(text: str) -> Company:
    """Read the text of a company file; its rules may name the features it has and, where asked after scoring, the scores.

    Raises
    ------
    CompanyInvalid
        With every fault of the file and its line. A text that is no TOML at all is reported for its first fault only.
    """
    document = _parsed(text)
    terms, faults = _terms(document)
    # defaults count in the checks where there is a whole to take them from
    faults += document_faults(document if terms is None else terms.model_dump())
    if faults or terms is None:
        raise CompanyInvalid(placed(faults, document, line_index(text)))
    return Company.model_construct(**dict(terms), text=text)


def read_company_file(path: Path) -> Company:
    """Read a company file from disk.

    Raises
    ------
    CompanyInvalid
        As `read_company`, and for a file that is no UTF-8 text or longer than a megabyte.
    UnknownCompany
        If there is no such file.
    """
    if not path.is_file():
        shipped = f"{files('features.company')} holds default.toml, activity.toml and grocery.toml to begin with"
        raise UnknownCompany(f"needed a company file, found none at {path}; check the path: {shipped}")
    return read_company(_decoded(path.read_bytes()))


def store_company(home: Home, company: Company) -> str:
    """Keep the text of the file under its hash, once and for all; return the hash."""
    path = home.companies / f"{company.sha256}.toml"
    content = company.text.encode()
    if not path.is_file() or path.read_bytes() != content:
        replace_file(path, content)
    return company.sha256


def stored_company(home: Home, sha: str) -> Company:
    """Read a stored company file again.

    Raises
    ------
    UnknownCompany
        If none is stored under that hash.
    CompanyDamaged
        If its content no longer has that hash; it was not parsed.
    CompanyInvalid
        If it names features that no longer exist.
    """
    path = home.companies / f"{sha}.toml"
    if not _SHA256.fullmatch(sha) or not path.is_file():
        raise UnknownCompany(f"needed the company file {sha[:64]}, found none stored; `lifecycle company use FILE` stores one")
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != sha:
        raise CompanyDamaged(f"{path} should hash to {sha}, found {found}; restore it or use the company file again")
    return read_company(content.decode())


def default_company_text(name: Literal["default", "activity", "grocery"]) -> str:
    """Return a shipped company file: `default` sells subscriptions, `activity` single orders, `grocery` every week."""
    return (files("features.company") / f"{name}.toml").read_text(encoding="utf-8")


def _decoded(content: bytes) -> str:
    if len(content) > LONGEST_FILE:
        raise _unreadable(1, f"a file of at most {LONGEST_FILE} bytes", str(len(content)))
    if content.startswith(codecs.BOM_UTF8):
        raise _unreadable(1, "UTF-8 text without a byte order mark", "one at the beginning; save the file as plain UTF-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(line, "UTF-8 text", f"the byte 0x{content[error.start]:02x}") from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        text.encode()  # lone surrogates have no bytes to hash
        return tomllib.loads(text)
    except ValueError as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise _unreadable(line, "valid TOML", _TOML_PLACE.sub("", str(error))) from error
    except RecursionError as error:
        raise _unreadable(1, "lists and tables nested a few deep", "hundreds of levels") from error


def _unreadable(line: int, needed: str, found: str) -> CompanyInvalid:
    return CompanyInvalid([PlacedFault(line, "the file", needed, found)])


def _terms(document: Mapping[str, Any]) -> tuple[CompanyTerms | None, list[Fault]]:
    names = frozenset(catalogue_of(_words_in(document)).names)
    try:
        return CompanyTerms.model_validate(_with_tuples(document), context={"feature_names": names}), []
    except ValidationError as error:
        return None, list(schema_faults(error.errors(include_url=False)))


def _words_in(document: Mapping[str, Any]) -> Vocabulary:
    """Return the words features are made of, as far as they are well-formed: the schema complains of the others."""
    deep = dict.fromkeys(text for _, text in texts(document, "deep_features.*") if text)
    milestones, channels = (
        dict.fromkeys(name for _, name in texts(document, f"{part}.*.name") if re.fullmatch(SHORT_NAME, name))
        for part in ("milestones", "channels")
    )
    return Vocabulary(tuple(deep), tuple((name, _ANY_DAYS) for name in milestones), tuple(channels))


def _with_tuples(value: Any) -> Any:
    """Return the document with tuples for lists, as the strict schema asks."""
    if isinstance(value, dict):
        return {key: _with_tuples(item) for key, item in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value
