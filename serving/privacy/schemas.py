"""What goes out of erasure, as the OpenAPI document describes it; `serving/answering/schemas.py` says how."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from serving.answering.words import Answer, Moment, absent

ErasureId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{64}$", description="`erasure_id` of the answer to the erasure.", examples=["0" * 64])
]


class ErasedRowsSchema(Answer):
    """Rows that left one table of the database."""

    model_config = ConfigDict(title="ErasedRows", extra="forbid")

    table: str = Field(description="The table.")
    rows: int = Field(description="How many rows.")


class ErasedFilesSchema(Answer):
    """What was done in one store of files."""

    model_config = ConfigDict(title="ErasedFiles", extra="forbid")

    store: str = Field(description="The store, such as `log` or `snapshots`.")
    searched: int = Field(description="Files or folders that were searched.")
    changed: int = Field(description="Of these, written anew or removed.")
    rows: int = Field(description="Rows that left them.")
    superseded: list[str] = Field(description="What took the place of what, by digests; empty where nothing is named so.")


class ErasureSchema(Answer):
    """How far the erasure of a person has come, and what was done; nothing in it says who it was."""

    model_config = ConfigDict(title="Erasure", extra="forbid")

    erasure_id: str = Field(description="The person's name in the audit, which only this installation can make.")
    state: Literal["erasing", "finished"] = Field(description="Whether the files still hold the person; no answer does.")
    asked_at: Moment = Field(description="When it was asked for; from then on no answer is about the person.")
    finished_at: Moment | SkipJsonSchema[None] = absent(description="When a last search of every file found nothing more.")
    database: list[ErasedRowsSchema] = Field(description="Rows that left the database, by table.")
    files: list[ErasedFilesSchema] = Field(description="Empty until the files were searched.")
    request_id: str
