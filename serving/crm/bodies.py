"""What does each CRM's bulk interface read: rows of a CSV, or one request body a line, in the shape its vendor documents."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from serving.answering.flat import FlatCustomer
from serving.crm.cells import Cell, as_text, cell, checked_id
from serving.crm.mapping import CrmMapping, FileFormat

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Filled:
    """One customer as a CRM gets it: its id there, and its fields in the order of the mapping."""

    id: str
    fields: Mapping[str, Cell]


def filled(row: FlatCustomer, mapping: CrmMapping) -> Filled:
    """Return one customer's fields."""
    return Filled(
        mapping.id_prefix + checked_id(row), {field.name: cell(row, field, mapping=mapping) for field in mapping.fields}
    )


def csv_header(mapping: CrmMapping) -> bytes:
    """Return the first line of a CSV: the names of the fields, the external id first."""
    return _csv_line([mapping.external_id, *(field.name for field in mapping.fields)])


def csv_row(row: FlatCustomer, mapping: CrmMapping) -> bytes:
    """Return one customer as a line of a CSV, ended by a line feed."""
    one = filled(row, mapping)
    return _csv_line([one.id, *(as_text(value) for value in one.fields.values())])


def body(rows: Sequence[FlatCustomer], mapping: CrmMapping) -> bytes:
    """Return one request body as a line of JSON."""
    made = _BODIES[mapping.format]([filled(row, mapping) for row in rows], mapping)
    return msgspec.json.encode(made) + b"\n"


def _csv_line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


def _hubspot(customers: Sequence[Filled], mapping: CrmMapping) -> Body:
    """`POST /crm/objects/{version}/{object}/batch/upsert`: every value a text."""
    inputs = [
        {
            "idProperty": mapping.external_id,
            "id": each.id,
            "properties": {name: as_text(value) for name, value in each.fields.items()},
        }
        for each in customers
    ]
    return {"inputs": inputs}


def _dataverse(customers: Sequence[Filled], mapping: CrmMapping) -> Body:
    """`POST /api/data/v9.2/{records}/Microsoft.Dynamics.CRM.UpsertMultiple`: each found by its alternate key."""
    kind, place = f"Microsoft.Dynamics.CRM.{mapping.record}", mapping.records or f"{mapping.record}s"
    targets = [
        {"@odata.type": kind, "@odata.id": f"{place}({mapping.external_id}='{each.id}')", **each.fields} for each in customers
    ]
    return {"Targets": targets}


def _odoo(customers: Sequence[Filled], mapping: CrmMapping) -> Body:
    """`POST /json/2/{model}/load`: a table, each row found by its external id."""
    names = [mapping.external_id, *(field.name for field in mapping.fields)]
    return {"fields": names, "data": [[each.id, *map(as_text, each.fields.values())] for each in customers]}


def _records(customers: Sequence[Filled], mapping: CrmMapping) -> Body:
    """One record a request, such as `PUT /api/v1/{record}/{id}`; more than one a body are listed."""
    listed = [{mapping.external_id: each.id, **each.fields} for each in customers]
    return listed[0] if mapping.most_rows == 1 else {"records": listed}


_BODIES: Mapping[FileFormat, Callable[[Sequence[Filled], CrmMapping], Body]] = {
    "hubspot": _hubspot,
    "dataverse": _dataverse,
    "odoo": _odoo,
    "records": _records,
}
