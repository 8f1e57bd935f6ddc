"""What opens a gate that did not pass? An admin's override with its reason, or a written waiver; some are opened by nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from features.errors import Forbidden, InvalidInput
from training.gates import GateResult, PromotionRefused, blocked
from training.publishing.ledger import LedgerEntry, standing_waiver
from training.publishing.pointer import Act


class ReasonMissing(InvalidInput):
    """An override or a waiver without a reason."""


class AdminMissing(Forbidden):
    """Somebody who is no admin, or has not said so, overrides a gate."""


def check_reasons(act: Act) -> None:
    """Let an act pass that gives a reason for what it opens, and an admin for an override.

    Raises
    ------
    ReasonMissing, AdminMissing
        If it does not.
    """
    for given, option in ((act.override, "--override"), (act.waiver, "--waiver")):
        if given is not None and not given.strip():
            raise ReasonMissing(f"needed the reason why a gate is opened, found none; write it after {option}")
    if act.override is not None and act.admin is None:
        raise AdminMissing(
            "needed an admin to override a gate, found nobody who proved to be one; put an API key of scope `admin` into "
            "LIFECYCLE_ADMIN_KEY (`lifecycle keys create --name NAME --scope admin` makes one)"
        )


def with_standing_waiver(entries: Sequence[LedgerEntry], model: str, act: Act, *, gates: Sequence[GateResult]) -> Act:
    """Return the act with the waiver of the last promotion where it says nothing itself: a nightly run need not ask again."""
    about = [group for gate in blocked(gates) if gate.waivable for group in gate.about]
    return act if act.waiver else replace(act, waiver=standing_waiver(entries, model, about))


def refuse_blocked(gates: Sequence[GateResult], act: Act) -> None:
    """Let gates pass that passed, or that the act opens.

    Raises
    ------
    PromotionRefused
        Naming those that neither is true of.
    """
    stopping = _not_waived(gates, act)
    if any(result.absolute for result in stopping) or (stopping and act.override is None):
        raise PromotionRefused(stopping, gates=gates)


def opened(gates: Sequence[GateResult], act: Act) -> dict[str, str | None]:
    """Return what of the act opened a gate; what was not needed is not recorded."""
    stopping = _not_waived(gates, act)
    waived = len(stopping) < len(blocked(gates))
    override = {"override": act.override, "admin": act.admin} if stopping else {}
    return override | ({"waiver": act.waiver} if waived else {})


def _not_waived(gates: Sequence[GateResult], act: Act) -> list[GateResult]:
    return [result for result in blocked(gates) if not (result.waivable and act.waiver)]
