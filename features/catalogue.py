"""Which features are there: all declarations in order, what each means, and the one hash that changes when a meaning does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache

from features.definitions import adoption, contract, customer, offers, onboarding, purchases, service, support, usage, voice
from features.definitions.vocabulary import Vocabulary
from features.errors import InvalidInput
from features.language.compiler import compile_formulas
from features.language.expressions import BadDeclaration
from features.language.feature import Feature
from features.language.program import Compiled
from features.write_once import sha256_of_json

_ENGINE = 1
"""Raised by hand when the kernel comes to give other numbers for the same declaration."""


class UnknownFeature(InvalidInput):
    """A feature was asked for by a name nobody declared."""


@dataclass(frozen=True)
class Catalogue:
    """Features in the order of their columns."""

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        repeated = sorted({name for name in self.names if self.names.count(name) > 1})
        if repeated:
            raise BadDeclaration(f"feature names needed to be unique, found again: {', '.join(repeated)}")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names, in the order of the columns."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def signature(self) -> str:
        """Return the SHA-256 of what the features mean: names, order, formulas and masks; not of their descriptions."""
        return sha256_of_json({"engine": _ENGINE, "features": [[feature.name, feature.canonical] for feature in self.features]})

    @cached_property
    def compiled(self) -> Compiled:
        """Return the program that computes them."""
        return compile_formulas([feature.formula for feature in self.features])

    def only(self, names: Collection[str]) -> Catalogue:
        """Return the features of these names, in the catalogue's order.

        Raises
        ------
        UnknownFeature
            If a name is not in the catalogue.
        """
        unknown = sorted(set(names) - set(self.names))
        if unknown:
            raise UnknownFeature(f"needed names that `lifecycle features describe` lists, found {', '.join(unknown)}")
        return Catalogue(tuple(feature for feature in self.features if feature.name in names))

    def describe(self) -> list[dict[str, str | float | None]]:
        """Return one description a feature: name, meaning, unit, range, what a missing value says, source, formula."""
        return [feature.describe() for feature in self.features]


SUBJECTS = (customer, usage, adoption, support, service, purchases, contract, voice, onboarding, offers)
"""The files of declarations, in the order of their columns."""


def declared() -> Catalogue:
    """Return the features that stand in these files now."""
    return Catalogue(tuple(feature for subject in SUBJECTS for feature in subject.FEATURES))


CATALOGUE = declared()
"""The features that every company has."""


@lru_cache(maxsize=8)
def catalogue_of(vocabulary: Vocabulary) -> Catalogue:
    """Return the catalogue of a company: what every company has, and what its own words add."""
    own = (
        *customer.features_of_consent(vocabulary.channels),
        *adoption.features_of_depth(vocabulary.deep_features),
        *onboarding.features_of_milestones(vocabulary.milestones),
        *offers.features_of_channels(vocabulary.channels),
    )
    return Catalogue((*CATALOGUE.features, *own))
