"""Where does everybody stand by the company file's rules, and which features does deciding read: what needs no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from features.health import health_scores
from features.stages.table import NO_MOMENT, Stood
from models.alerts import alert_features
from models.assembly.people import People
from models.decision import features_read
from models.rows import FloatArray
from models.transition.columns import stage_columns


def standing_columns(people: People) -> dict[str, FloatArray]:
    """Return stages and health, a float64 a customer.

    `stage_<set>`: the place of the stage in the set as the file lists it. `stage_<set>_since`: the moment the stay began,
    microseconds UTC; NaN where it is unconfirmed. `health_score` and `health_<component>`: 0 to 100; NaN where not known.
    """
    company = people.company
    columns: dict[str, FloatArray] = {}
    for stood in people.stages:
        columns |= _stage_columns(stood)
    wanted = {component.feature for component in company.health.components}
    health = health_scores(company.health, people.features(wanted), rows=len(people))
    columns |= {f"health_{one.name}": health.components[:, place] for place, one in enumerate(company.health.components)}
    return {**columns, "health_score": health.scores}


def read_columns(people: People) -> dict[str, FloatArray]:
    """Return `feature_<name>` for every feature that deciding, routing, recovery and alerts read, a float64 a customer."""
    wanted = {*features_read(people.company), *alert_features()}
    read = people.features([name for name in wanted if name in people.names])
    return {f"feature_{name}": column for name, column in read.items()}


def derived_columns(people: People, feature_names: Sequence[str]) -> Mapping[str, npt.NDArray[np.float32]]:
    """Return those of a model's columns that no catalogue declares: the stage each customer stands in, and for how long."""
    if tuple(feature_names) == tuple(people.names):
        return {}
    own = frozenset(people.names)
    beyond = [name for name in feature_names if name not in own]
    if not beyond:
        return {}
    main = people.company.default_stage_set
    known = stage_columns(next(stood for stood in people.stages if stood.stage_set == main), people.as_of)
    return {name: known[name] for name in beyond if name in known}


def _stage_columns(stood: Stood) -> dict[str, FloatArray]:
    began = np.where(stood.since == NO_MOMENT, np.nan, stood.since.astype(np.float64))
    return {f"stage_{stood.stage_set}": stood.codes.astype(np.float64), f"stage_{stood.stage_set}_since": began}
