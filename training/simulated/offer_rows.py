"""How does a decision stand in the log? One row a rank, in versions: decided, answered, fulfilled, and the reward complete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.times import DAY, HOUR
from training.simulated.columns import customer_ids, numbered, numbers, texts, times
from training.simulated.contracts import ContractRows
from training.simulated.decisions import DECLINED, FULFILLED, SKIPPED, UNKNOWN, Decisions
from training.simulated.moment import Scene
from training.simulated.people import NEVER, Floats, Ints
from training.simulated.world import NOTHING

_ARMS = ("control", "explore", "policy")
_OUTCOMES = ("skipped", "accepted", "declined", "fulfilled")
_KINDS = {
    "retention_discount": "retention",
    "training_session": "onboarding",
    "priority_support": "service",
    "plan_upgrade": "up_sell",
    "add_on_pack": "cross_sell",
    "loyalty_gift": "loyalty",
}
_AGENTS = tuple(f"agent-{number:02d}" for number in range(1, 25))


@dataclass(frozen=True)
class _Version:
    """What is known of every decision in one version; times are `NEVER` where the version does not know yet."""

    shown_at: Ints
    outcome: Ints
    outcome_at: Ints
    reward_at: Ints
    known_at: Ints


def offers(scene: Scene, made: Decisions, rewards: Floats) -> pa.Table:
    """Return the offers table with `known_at`; versions that would be known after the end are left to `mess` to drop."""
    first = [_rank_rows(scene, made, rewards, version) for version in _versions(scene, made)]
    return pa.concat_tables([*first, *(_further(scene, made, rank) for rank in (1, 2))])


def rewards(scene: Scene, made: Decisions, rows: ContractRows) -> Floats:
    """Return the margin realised within `reward_days` of each decision less the cost of the offer, shown or not.

    `rows` are in the order of time; a decision's own day counts from its moment on.
    """
    ends = made.at + scene.world.offers.reward_days * DAY
    return margin_until(rows, made.customer, ends) - margin_until(rows, made.customer, made.at) - made.cost


def margin_until(rows: ContractRows, customer: Ints, at: Ints) -> Floats:
    """Return the margin of each customer's rows strictly before a moment; `rows` are in the order of time."""
    order = np.argsort(rows.customer, kind="stable")
    keys = _key(rows.customer[order], rows.at[order])
    summed = np.concatenate([[0.0], np.cumsum(rows.margin[order])])
    before, first = np.searchsorted(keys, _key(customer, at)), np.searchsorted(keys, _key(customer, np.zeros_like(at)))
    return np.asarray(summed[before] - summed[first])


def _key(customer: Ints, at: Ints) -> Ints:
    """Return one sortable number of customer and second; seconds keep it inside 64 bits."""
    return customer * (1 << 34) + at // 1_000_000


def _versions(scene: Scene, made: Decisions) -> list[_Version]:
    lag, count = HOUR // 12, len(made)
    never, unknown = np.full(count, NEVER), np.full(count, UNKNOWN)
    due = made.at + scene.world.offers.reward_days * DAY
    final = np.where(made.fulfilled_at < NEVER, FULFILLED, made.outcome)
    final_at = np.where(made.fulfilled_at < NEVER, made.fulfilled_at, made.outcome_at)
    return [
        _Version(never, unknown, never, never, made.at + lag),
        _Version(
            made.shown_at, made.outcome, made.outcome_at, never, np.where(made.outcome_at < NEVER, made.outcome_at + lag, NEVER)
        ),
        _Version(made.shown_at, final, final_at, never, np.where(made.fulfilled_at < NEVER, made.fulfilled_at + lag, NEVER)),
        _Version(made.shown_at, final, final_at, due, due + DAY),
    ]


def _rank_rows(scene: Scene, made: Decisions, rewards: Floats, version: _Version) -> pa.Table:
    """Return the first-rank rows of one version; a version that never comes has no row."""
    catalogue = (NOTHING, *(offer.offer_id for offer in scene.world.offers.catalogue))
    known = version.reward_at < NEVER
    table = pa.table(
        {
            **_keys(scene, made, rank=0),
            "offer_id": texts(made.ranked[:, 0] + 1, catalogue),
            "kind": texts(made.ranked[:, 0], _kinds(scene)),
            "arm": texts(made.arm, _ARMS),
            "selection_probability": numbers(made.probability),
            "channel": texts(made.channel, scene.world.arrivals.consent_channels),
            "agent_id": texts(_agents(made), _AGENTS),
            "key_id": texts(np.zeros(len(made), dtype=np.int64), ("crm",)),
            "shown_at": times(version.shown_at),
            "outcome": texts(version.outcome, _OUTCOMES),
            "outcome_at": times(version.outcome_at),
            "outcome_reason": _reasons(scene, made, version.outcome),
            "reward": numbers(np.where(known, np.round(rewards, 2), np.nan)),
            "reward_at": times(version.reward_at),
            "known_at": times(version.known_at),
        }
    )
    return table.filter(pc.is_valid(table["known_at"]))


def _further(scene: Scene, made: Decisions, rank: int) -> pa.Table:
    """Return the rows of rank 2 or 3: suggested behind the first, never shown, without a probability."""
    chosen = made.take(made.ranked[:, rank] >= 0)
    never, count = np.full(len(chosen), NEVER), len(chosen)
    unknown = _Version(never, np.full(count, UNKNOWN), never, never, chosen.at + HOUR // 12)
    table = _rank_rows(scene, chosen, np.full(count, np.nan), unknown)
    catalogue = tuple(offer.offer_id for offer in scene.world.offers.catalogue)
    changed = {
        **_keys(scene, chosen, rank=rank),
        "offer_id": texts(chosen.ranked[:, rank], catalogue),
        "kind": texts(chosen.ranked[:, rank], _kinds(scene)),
        "selection_probability": pa.nulls(count, pa.float64()),
        "channel": pa.nulls(count, pa.string()),
    }
    for name, column in changed.items():
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def _kinds(scene: Scene) -> tuple[str, ...]:
    return tuple(_KINDS[offer.offer_id] for offer in scene.world.offers.catalogue)


def _keys(scene: Scene, made: Decisions, *, rank: int) -> dict[str, pa.Array]:
    """Return who, which decision and which rank; a decision is named by its customer and the day it was made."""
    days = numbered("d", (made.at - scene.calendar.start) // DAY, width=4)
    who = texts(made.customer, customer_ids(len(scene.people)))
    decision = pc.binary_join_element_wise(days, who, "-")
    return {
        "customer_id": who,
        "exposure_id": pc.binary_join_element_wise(decision, str(rank + 1), "/"),
        "decided_at": times(made.at),
        "decision_id": decision,
        "rank": numbers(np.full(len(made), rank + 1.0)),
    }


def _agents(made: Decisions) -> Ints:
    """Return who acted: the agent who looks after the customer; nobody where nothing was offered."""
    return np.where(made.ranked[:, 0] >= 0, made.customer % len(_AGENTS), -1)


def _reasons(scene: Scene, made: Decisions, outcome: Ints) -> pa.Array:
    declined, skipped = scene.world.offers.decline_reasons, scene.world.offers.skip_reasons
    code = np.select(
        [outcome == DECLINED, outcome == SKIPPED],
        [made.reason % len(declined), len(declined) + made.reason % len(skipped)],
        -1,
    )
    return texts(code, (*declined, *skipped))
