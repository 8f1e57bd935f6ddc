"""What does a what-if look like in JSON: the question, and the answer that has the parts of a customer's."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat
from pydantic.json_schema import SkipJsonSchema

from serving.answering.schemas import ChurnSchema, HealthSchema, PurchaseSchema, StageSchema, Told, ValueSchema
from serving.answering.words import absent
from serving.door.problems import FieldError, RequestInvalid

MOST_FEATURES = 2_000
_WHY = "Absent where it was not asked for, or a warning says why."


class WhatIfRequest(BaseModel):
    """What is supposed to be different: `features` by name, or two lists for those who cannot send members of any name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    features: dict[str, FiniteFloat] = Field(
        default_factory=dict,
        max_length=MOST_FEATURES,
        description="Numbers by the name of the feature, each within its declared range; up to a full record.",
    )
    names: list[str] = Field(
        default_factory=list, max_length=MOST_FEATURES, description="Names of features, where they are sent in two lists."
    )
    values: list[FiniteFloat] = Field(
        default_factory=list, max_length=MOST_FEATURES, description="The number of each feature in `names`, in the same order."
    )
    unknown: list[str] = Field(
        default_factory=list, max_length=MOST_FEATURES, description="Features that are supposed not to be known."
    )
    parts: list[Literal["stage", "churn", "value", "health", "purchase"]] = Field(
        default_factory=list, max_length=5, description="Which parts to answer; all where none is named."
    )
    reasons: bool = Field(default=False, description="Whether to tell why the chance to leave would be what it is.")

    def given(self) -> dict[str, float]:
        """Return the numbers by name, whichever way they were sent.

        Raises
        ------
        RequestInvalid
            If the two lists are not of one length, or a name stands twice.
        """
        if len(self.names) != len(self.values):
            raise _refused("/values", "Needs as many numbers as `names` holds names.")
        found = self.features | dict(zip(self.names, self.values, strict=True))
        if len(found) < len(self.features) + len(self.names):
            raise _refused("/names", "Holds a feature that stands in it twice, or in `features` too.")
        return found


def _refused(pointer: str, detail: str) -> RequestInvalid:
    return RequestInvalid("What is supposed is not valid in 1 place(s); `errors` says where.", [FieldError(pointer, detail)])


class WhatIfSchema(Told):
    """What would be predicted for the customer, with what is supposed."""

    model_config = ConfigDict(title="WhatIf", extra="forbid")

    customer_id: str
    changed: list[str] = Field(description="The features that were supposed to be different, in the order of the catalogue.")
    stage: StageSchema | SkipJsonSchema[None] = absent(description=_WHY)
    churn: ChurnSchema | SkipJsonSchema[None] = absent(description=_WHY)
    value: ValueSchema | SkipJsonSchema[None] = absent(description=_WHY)
    health: HealthSchema | SkipJsonSchema[None] = absent(description=_WHY)
    purchase: PurchaseSchema | SkipJsonSchema[None] = absent(description=_WHY)
