"""Which of our columns becomes which field of a CRM: a TOML file, shipped for each CRM or written by whoever runs one.

A mapping names columns of `serving.answering.flat`; `scale` and `decimals` shape numbers, `absent` is what the CRM reads as "no
longer known", so that an old figure never stands for a new one that is missing.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import pydantic
from pydantic import Field, StringConstraints

from features.errors import InvalidInput, NotFound
from serving.answering.flat import FLAT_COLUMNS

FileFormat: TypeAlias = Literal["csv", "hubspot", "dataverse", "odoo", "records"]

COLUMNS = {column.name: column for column in FLAT_COLUMNS}
SHIPPED = ("salesforce", "hubspot", "dynamics", "odoo", "espocrm")

_FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,79}$")]
_SUFFIX = ".toml"


class CrmMappingInvalid(InvalidInput):
    """A mapping file that cannot be used; the message lists everything wrong with it."""


class UnknownCrmMapping(NotFound):
    """No mapping of that name is shipped, and no file has it."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True, extra="forbid", frozen=True)


class MappedField(_Part):
    """One field of the CRM and the column it is filled from; numbers are multiplied by `scale` and rounded to `decimals`."""

    name: _FieldName
    column: str
    scale: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    decimals: Annotated[int, Field(ge=0, le=9)] = 4

    @pydantic.field_validator("column")
    @classmethod
    def _is_a_column(cls, given: str) -> str:
        if given not in COLUMNS:
            raise ValueError(f"is no column; the columns are {', '.join(COLUMNS)}")
        return given


class CrmMapping(_Part):
    """How the files of one CRM are made.

    `record` is the CRM's name for what a customer is there (`Account`, `res.partner`), `records` the name of its collection where
    that is another one. `moments`: with the `T` of ISO 8601 and zone, or with a space and without (UTC all the same).
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    format: FileFormat
    record: _FieldName
    records: _FieldName | None = None
    external_id: _FieldName
    id_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.]{0,40}$")] = ""
    absent: str | None = None
    moments: Literal["iso", "space"] = "iso"
    most_rows: Annotated[int, Field(ge=1, le=10_000_000)]
    most_bytes: Annotated[int, Field(ge=1 << 10, le=150_000_000)]
    fields: Annotated[tuple[MappedField, ...], Field(min_length=1, strict=False)]

    @pydantic.model_validator(mode="after")
    def _names_each_field_once(self) -> CrmMapping:
        names = [self.external_id, *(field.name for field in self.fields)]
        if len(set(names)) < len(names):
            raise ValueError("names a field twice")
        return self


def crm_mapping(name_or_file: str) -> CrmMapping:
    """Return the mapping of a CRM by its shipped name, or from a TOML file.

    Raises
    ------
    UnknownCrmMapping
        If neither is there.
    CrmMappingInvalid
        If it is not what a mapping must be.
    """
    return read_crm_mapping(_text(name_or_file))


def read_crm_mapping(text: str) -> CrmMapping:
    """Return the mapping that a TOML text describes.

    Raises
    ------
    CrmMappingInvalid
        If it is not what a mapping must be.
    """
    try:
        return CrmMapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _invalid([f"not TOML: {error}"]) from None
    except pydantic.ValidationError as error:
        raise _invalid([f"{'.'.join(map(str, fault['loc'])) or 'mapping'}: {fault['msg']}" for fault in error.errors()]) from None


def _invalid(faults: list[str]) -> CrmMappingInvalid:
    listed = "\n".join(f"  {fault}" for fault in faults)
    return CrmMappingInvalid(f"needed a mapping as docs/crm-guide.md describes it, found faults; nothing was written\n{listed}")


def _text(name_or_file: str) -> str:
    if name_or_file in SHIPPED:
        return (resources.files("serving.crm") / "mappings" / f"{name_or_file}{_SUFFIX}").read_text("utf-8")
    path = Path(name_or_file)
    if path.suffix != _SUFFIX or not path.is_file():
        known = ", ".join(SHIPPED)
        raise UnknownCrmMapping(f"needed a shipped mapping ({known}) or a {_SUFFIX} file, found {name_or_file}")
    return path.read_text("utf-8")
