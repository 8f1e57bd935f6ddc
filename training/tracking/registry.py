"""How does MLflow's registry follow: every recorded training is a version, and the aliases are what the ledger says.

The ledger is the truth, and these aliases are its picture for people who look at MLflow. Trainings and promotions may run at
once: each sets what is right by what it sees and looks again until nothing is left to set, so the last one leaves what is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from features.home import Home
from training.publishing.ledger import read_ledger
from training.records.card import first_line, model_card_opening
from training.records.report import TrainingReport
from training.tracking.aliases import CHALLENGER, CHAMPION, Registered, Version, live_sha, right_aliases
from training.tracking.store import NOTE, PREFIX, Store, TrackingMissing, name_in_mlflow

_LONGEST_DESCRIPTION = 5000
_MOST_LOOKS = 20
_VERSIONS_OF_LOGGED = "mlflow.modelVersions"
_THERE_ALREADY = ("RESOURCE_ALREADY_EXISTS", "ALREADY_EXISTS")


def follow_ledger(home: Home, store: Store) -> None:
    """Set the aliases of every registered model to what the ledger says.

    Raises
    ------
    TrackingMissing
        If the store does not answer, or goes on being changed by others.
    """
    with store.connected() as mlflow:
        client = mlflow.MlflowClient()
        for registered in client.search_registered_models(f"name LIKE '{PREFIX}%'"):
            settle_aliases(client, home, registered.name.removeprefix(PREFIX))


def register(mlflow: Any, report: TrainingReport, *, run_id: str, model_id: str) -> int:
    """Register a logged model as a version, with its card as the description, and return the version's number."""
    client, name = mlflow.MlflowClient(), name_in_mlflow(report.model)
    _make(mlflow, client, report.model)
    version = client.create_model_version(
        name,
        f"models:/{model_id}",
        run_id,
        tags={"model_sha": report.model_sha, "run_id": run_id, "grade": report.grade.letter if report.grade else "none"},
        description=model_card_opening(report, characters=_LONGEST_DESCRIPTION),
        model_id=model_id,
    )
    known_as = json.dumps([{"name": name, "version": version.version}])
    client.set_logged_model_tags(model_id, {_VERSIONS_OF_LOGGED: known_as, NOTE: first_line(report)})
    return int(version.version)


def settle_aliases(client: Any, home: Home, model: str) -> None:
    """Set the aliases of one model, and look again until they are what the ledger and the versions say.

    Raises
    ------
    TrackingMissing
        If others go on changing them.
    """
    for _ in range(_MOST_LOOKS):
        entries = read_ledger(home)
        found = _registered(client, model, live=live_sha(entries, model))
        if not _changed(client, model, found=found, right=right_aliases(found, entries, model)):
            return
    raise TrackingMissing(
        f"needed the aliases of {name_in_mlflow(model)} to stay as set, found others setting them; run this again"
    )


def _registered(client: Any, model: str, *, live: str | None) -> Registered:
    name = name_in_mlflow(model)
    newest = client.search_model_versions(f"name = '{name}'", max_results=1, order_by=["version_number DESC"])
    of_live = client.search_model_versions(f"name = '{name}' AND tags.model_sha = '{live}'") if live else []
    aliases = client.get_registered_model(name).aliases
    bearers = {alias: client.get_model_version(name, aliases[alias]) for alias in (CHAMPION, CHALLENGER) if alias in aliases}
    return Registered(
        _version(newest[0]) if newest else None,
        [_version(each) for each in of_live],
        {alias: _version(each) for alias, each in bearers.items()},
    )


def _version(found: Any) -> Version:
    return Version(int(found.version), found.tags.get("model_sha", ""), found.run_id or "")


def _changed(client: Any, model: str, *, found: Registered, right: Mapping[str, Version | None]) -> bool:
    """Set what differs, and say whether anything did."""
    name = name_in_mlflow(model)
    differing = {alias: version for alias, version in right.items() if version != found.aliases.get(alias)}
    for alias, version in differing.items():
        if version is None:
            client.delete_registered_model_alias(name, alias)
        else:
            client.set_registered_model_alias(name, alias, str(version.number))
    return bool(differing)


def _make(mlflow: Any, client: Any, model: str) -> None:
    description = (
        f"Every recorded training of `{model}` is a version. `{CHAMPION}` is the one that is live, as the ledger of the "
        f"installation says; `{CHALLENGER}` is the newest, as long as it was never live. Load the live one: "
        f'`mlflow.pyfunc.load_model("models:/{name_in_mlflow(model)}@{CHAMPION}")`'
    )
    try:
        client.create_registered_model(name_in_mlflow(model), description=description)
    except mlflow.exceptions.MlflowException as error:
        if error.error_code not in _THERE_ALREADY:
            raise
