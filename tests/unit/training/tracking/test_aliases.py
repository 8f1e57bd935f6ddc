"""That `champion` is what the ledger says is live and `challenger` what waits, whatever happens at once."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.home import Home
from models.bundle import Live
from training.publishing.ledger import LedgerEntry
from training.tracking import registry
from training.tracking.aliases import CHALLENGER, CHAMPION, Registered, Version, right_aliases


def entry(sha: str | None, *, run_id: str | None = None) -> LedgerEntry:
    return LedgerEntry(0, "promote", Live(), {"churn": sha} if sha else {}, model="churn", run_id=run_id)


def aliases(versions: list[Version], entries: list[LedgerEntry], **standing: Version) -> dict[str, Version | None]:
    live = entries[-1].models.get("churn") if entries else None
    found = Registered(versions[-1] if versions else None, [each for each in versions if each.model_sha == live], standing)
    return right_aliases(found, entries, "churn")


NOWHERE = Home(Path("nowhere"))
ONE, TWO, AGAIN = Version(1, "a", "run1"), Version(2, "b", "run2"), Version(3, "a", "run3")


def test_the_newest_training_challenges_what_is_live() -> None:
    assert aliases([ONE], []) == {CHAMPION: None, CHALLENGER: ONE}
    assert aliases([ONE, TWO], [entry("a")]) == {CHAMPION: ONE, CHALLENGER: TWO}


def test_a_challenger_that_was_promoted_is_none_any_more_even_after_the_way_back() -> None:
    assert aliases([ONE, TWO], [entry("a"), entry("b")]) == {CHAMPION: TWO, CHALLENGER: None}
    assert aliases([ONE, TWO], [entry("a"), entry("b"), entry("a")]) == {CHAMPION: ONE, CHALLENGER: None}


def test_of_two_versions_of_one_model_the_one_that_was_promoted_is_champion() -> None:
    assert aliases([ONE, AGAIN], [entry("a", run_id="run1")])[CHAMPION] == ONE
    assert aliases([ONE, AGAIN], [entry("a", run_id="run1"), entry("a", run_id="run3")])[CHAMPION] == AGAIN
    assert aliases([ONE, AGAIN], [entry("a", run_id="trained elsewhere")])[CHAMPION] == AGAIN


def test_nobody_is_champion_where_what_was_live_no_longer_is() -> None:
    assert aliases([ONE], [entry("a"), entry(None)], champion=ONE)[CHAMPION] is None
    assert aliases([ONE], [entry("a"), entry("trained without a record")], champion=ONE)[CHAMPION] is None


def test_the_champion_of_another_installation_is_left_alone() -> None:
    assert aliases([ONE], [], champion=ONE) == {CHAMPION: ONE, CHALLENGER: None}
    assert aliases([ONE, TWO], [], champion=ONE) == {CHAMPION: ONE, CHALLENGER: TWO}


def test_a_version_that_somebody_made_by_hand_is_no_challenger() -> None:
    assert aliases([ONE, Version(2, "", "")], [entry("a")])[CHALLENGER] is None


class Elsewhere:
    """A registry in memory; before each alias is set, what others do meanwhile is done."""

    def __init__(self, meanwhile: list[Any]) -> None:
        self.versions: list[Version] = []
        self.aliases: dict[str, str] = {}
        self.meanwhile = meanwhile

    def add(self, sha: str) -> None:
        self.versions.append(Version(len(self.versions) + 1, sha, f"run{len(self.versions)}"))

    def search_model_versions(self, wanted: str, **_: object) -> list[Any]:
        shown = [self.get_model_version("", each.number) for each in reversed(self.versions)]
        return [each for each in shown if "model_sha" not in wanted or f"'{each.tags['model_sha']}'" in wanted]

    def get_registered_model(self, _: str) -> Any:
        return SimpleNamespace(aliases=dict(self.aliases))

    def get_model_version(self, _: str, version: object) -> Any:
        found = self.versions[int(str(version)) - 1]
        return SimpleNamespace(version=found.number, tags={"model_sha": found.model_sha}, run_id=found.run_id)

    def set_registered_model_alias(self, _: str, alias: str, version: str) -> None:
        if self.meanwhile:
            self.meanwhile.pop()()
        self.aliases[alias] = version

    def delete_registered_model_alias(self, _: str, alias: str) -> None:
        self.aliases.pop(alias, None)


@given(st.lists(st.sampled_from(["train", "promote", "settle"]), max_size=8))
def test_aliases_are_right_whatever_others_do_while_they_are_set(acts: list[str]) -> None:
    entries: list[LedgerEntry] = []
    client = Elsewhere([])
    client.add("first")
    does = {
        "train": lambda: client.add(f"model {len(client.versions)}"),
        "promote": lambda: entries.append(entry(client.versions[-1].model_sha)),
        "settle": lambda: registry.settle_aliases(client, NOWHERE, "churn"),
    }
    client.meanwhile = [does[act] for act in acts]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "read_ledger", lambda _: list(entries))
        registry.settle_aliases(client, NOWHERE, "churn")

    standing = {alias: client.versions[int(number) - 1] for alias, number in client.aliases.items()}
    right = aliases(client.versions, entries, **standing)
    assert standing == {alias: version for alias, version in right.items() if version}
