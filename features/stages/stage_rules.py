"""What are all stage rules of a company asked of: which features, in which meaning, over computed rows of many moments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.company.schema import Company
from features.stages.winners import NOT_SEEN, StageCodes, features_named_by, stage_winners
from features.write_once import sha256_of_json

if TYPE_CHECKING:  # it brings the kernel, which whoever asks the rules of a row does without
    from features.engine.bucket import BucketFeatures


@dataclass(frozen=True)
class StageRules:
    """The rules of every stage set of a company."""

    company: Company

    @cached_property
    def catalogue(self) -> Catalogue:
        """Return the features the rules name, and no others."""
        return self.company.catalogue.only(features_named_by(*self.company.stage_sets))

    @cached_property
    def digest(self) -> str:
        """Return a hash that changes when the winner at a past moment might: the rules, and what their features mean."""
        asked = [[one.name, [[stage.name, stage.rule.text] for stage in one.stages]] for one in self.company.stage_sets]
        return sha256_of_json({"rules": asked, "signature": self.catalogue.signature})

    def winners(self, rows: NDArray[np.float32]) -> StageCodes:
        """Return the winner of every set, `[customer, set]`, from rows of `catalogue`'s features."""
        columns = {name: rows[:, place].astype(np.float64) for place, name in enumerate(self.catalogue.names)}
        won = [stage_winners(stage_set, columns, rows=len(rows)).codes for stage_set in self.company.stage_sets]
        return np.stack(won, axis=1)

    def winners_at_moments(self, computed: BucketFeatures) -> StageCodes:
        """Return the winner of every set, `[moment, customer, set]`; `NOT_SEEN` at moments before the customer was first seen."""
        codes = np.full((*computed.is_customer.shape, len(self.company.stage_sets)), NOT_SEEN, np.int8)
        for moment, seen in enumerate(computed.is_customer):
            codes[moment, seen] = self.winners(computed.rows[moment, seen])
        return codes
