"""Of which kinds are the values in a company file (names, shares, money, days, rules), and how is a score called in a rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from features.document.faults import nearest, shown
from features.rules.rule import Rule, RuleInvalid, parse_rule

SCORE_NAMES: Mapping[str, str] = {
    "churn_probability": "chance to leave within the main horizon, 0 to 1",
    "churn_percentile": "place among all customers by that chance, 0 (safest) to 100",
    "expected_margin": "net present value of the margin still expected, company currency",
    "value_percentile": "place among all customers by that value, 0 (least) to 100",
    "clv_to_cac": "that value over the cost of winning the customer",
    "health_score": "health index, 0 (ill) to 100 (well)",
    "rfmt_score": "weighted RFMT score, 0 to 100",
    "days_in_stage": "days since the customer entered the current stage of the default set",
}
"""Names beside the features in rules that are asked after scoring: every rule but those of stages."""


class Part(BaseModel):
    """A part of the company file: frozen, its keys closed, its values of exactly the declared kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True)


@dataclass(frozen=True)
class _ReadBy:
    """Says that a value is read by this function alone; pydantic shall not look into the type."""

    read: Callable[[Any, ValidationInfo], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        del source, handler
        return core_schema.with_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(_text_of)
        )


def _text_of(rule: Rule) -> str:
    return rule.text


def _rule(text: Any, names: Collection[str]) -> Rule:
    if not isinstance(text, str):
        raise _fault("a rule as text", shown(text))
    try:
        return parse_rule(text, names)
    except RuleInvalid as error:
        needed, _, found = str(error).removeprefix("needed ").rpartition(", found ")
        raise _fault(needed, found) from error


def _fault(needed: str, found: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "needed {needed}, found {found}", {"needed": needed, "found": found})


def _feature_rule(text: Any, info: ValidationInfo) -> Rule:
    return _rule(text, _feature_names(info))


def _scored_rule(text: Any, info: ValidationInfo) -> Rule:
    return _rule(text, {*_feature_names(info), *SCORE_NAMES})


def _feature(name: str, info: ValidationInfo) -> str:
    if name not in (names := _feature_names(info)):
        raise _fault("the name of a feature", nearest(name, names))
    return name


def _feature_names(info: ValidationInfo) -> Collection[str]:
    names: Collection[str] = info.context["feature_names"] if info.context else ()
    return names


_NAME = r"^[a-z][a-z0-9_]{0,63}$"
SHORT_NAME = r"^[a-z][a-z0-9_]{0,39}$"
_LANGUAGE = r"^[a-z]{2,3}(-[A-Z]{2})?$"
_AGENT = r"^[A-Za-z0-9_.:@-]{1,64}$"
_CURRENCY = r"^[A-Z]{3}$"
PATTERN_MEANINGS: Mapping[str, str] = {
    _NAME: "a name of at most 64 small letters, digits and _, a letter first",
    SHORT_NAME: "a name of at most 40 small letters, digits and _, a letter first",
    _LANGUAGE: "a language like en or pt-BR",
    _AGENT: "an id of at most 64 letters, digits and _ . : @ -",
    _CURRENCY: "a currency of three capital letters, like EUR",
}

Name: TypeAlias = Annotated[str, StringConstraints(pattern=_NAME)]
ShortName: TypeAlias = Annotated[str, StringConstraints(pattern=SHORT_NAME)]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Language: TypeAlias = Annotated[str, StringConstraints(pattern=_LANGUAGE)]
AgentId: TypeAlias = Annotated[str, StringConstraints(pattern=_AGENT)]
Currency: TypeAlias = Annotated[str, StringConstraints(pattern=_CURRENCY)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Weight: TypeAlias = Annotated[float, Field(gt=0, le=1)]
Money: TypeAlias = Annotated[float, Field(ge=0, le=1e12)]
Days: TypeAlias = Annotated[int, Field(ge=1, le=3650)]
Hours: TypeAlias = Annotated[float, Field(gt=0, le=87_600)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]
Percent: TypeAlias = Annotated[float, Field(gt=-100, le=1000)]
FeatureRule: TypeAlias = Annotated[Rule, _ReadBy(_feature_rule)]
ScoredRule: TypeAlias = Annotated[Rule, _ReadBy(_scored_rule)]
FeatureName: TypeAlias = Annotated[str, AfterValidator(_feature)]
Channel: TypeAlias = ShortName
OfferKind: TypeAlias = Literal["onboarding", "service", "cross_sell", "up_sell", "retention", "discount", "loyalty", "referral"]
Outcome: TypeAlias = Literal["shown", "skipped", "accepted", "declined", "fulfilled", "reversed"]
