"""How does the live pointer move: by one holder of a lock, to what a key of this installation signed, and what was live before.

Light on purpose: going back must not wait for what only computing needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import Forbidden
from features.home import Home
from features.times import Timestamp
from models.bundle import (
    Bundle,
    Live,
    NothingLive,
    NotStored,
    PredictionsOrigin,
    Signer,
    create_signing_key,
    load_public_key,
    load_signer,
    publish_public_key,
    read_bundle,
    read_live,
)
from training.publishing.ledger import BeforeMove, nothing_before, predecessor, read_ledger


class ForeignKey(Forbidden):
    """The private key at hand is not the one whose bundles this installation trusts."""


@dataclass(frozen=True)
class Act:
    """Who moves the live pointer, and when: the private key that signs, the moment, and what opens a gate that did not pass.

    `override`: the reason why it goes live all the same, which only an `admin` may give, named by the id of a key. `waiver`: why
    a segment below the four-fifths rule is right. `before_move`: what is done before the pointer moves.
    """

    signing_key: Path
    at: Timestamp
    override: str | None = None
    admin: str | None = None
    waiver: str | None = None
    before_move: BeforeMove = nothing_before


def live_now(home: Home) -> Live:
    """Return the pointer where a bundle is live.

    Raises
    ------
    NothingLive
        If nothing was promoted yet.
    """
    live = read_live(home)
    if live is None or live.bundle is None:
        raise NothingLive("needed a live bundle, found none; run `lifecycle train churn`, then `lifecycle promote churn`")
    return live


def live_models(home: Home) -> dict[str, str]:
    """Return the model of each question in the live bundle, its signature checked; none where nothing was promoted."""
    live = read_live(home)
    if live is None or live.bundle is None:
        return {}
    return dict(read_bundle(home, live.bundle, public_key=load_public_key(home)).models)


def signer_of(home: Home, signing_key: Path) -> Signer:
    """Return the signer of this installation; the first publication makes the key if there is none yet.

    Raises
    ------
    ForeignKey
        If this installation trusts another key.
    """
    public = home.keys / "bundle.pub"
    if not public.exists() and not signing_key.exists():
        return create_signing_key(signing_key, home)
    signer = load_signer(signing_key, home)
    if not public.exists():
        publish_public_key(home, signer)
    if load_public_key(home).pem != signer.public_key.pem:
        raise ForeignKey(
            f"needed the private key whose public half is {public}, found another at {signing_key}; set LIFECYCLE_SIGNING_KEY to "
            "the right one, or remove the public key to trust this one and promote again"
        )
    return signer


def bundles_before(home: Home, models: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return, by question, the bundle that differs from this one in the model of that question, which is the one before it."""
    entries = read_ledger(home)
    before = {question: predecessor(entries, question, above=sha) for question, sha in models.items()}
    return {question: {**models, question: sha} for question, sha in before.items() if sha is not None}


def stored_bundle(home: Home, models: Mapping[str, str]) -> Bundle:
    """Return the stored bundle of exactly these models.

    Raises
    ------
    NotStored
        If it was never written.
    """
    for name, facts in _manifests(home.bundles):
        if facts.get("models") == dict(models):
            return Bundle(name, dict(models))
    raise NotStored(f"needed a bundle of {dict(models)}, found none; `lifecycle promote` writes it")


def stored_predictions(home: Home, origin: PredictionsOrigin) -> str | None:
    """Return the predictions already made from exactly this snapshot, bundle and company file; None if there are none."""
    for name, facts in _manifests(home.predictions):
        if all(facts.get(key) == value for key, value in vars(origin).items()):
            return name
    return None


def _manifests(parent: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for manifest in sorted(parent.glob("[!.]*/manifest.json")):
        yield manifest.parent.name, json.loads(manifest.read_bytes())
