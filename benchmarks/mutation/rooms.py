"""Where faults are planted, and which tests must notice them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_SCORE = 0.85


@dataclass(frozen=True)
class Room:
    """Modules, the tests that must notice their faults (those asked first come first), and what may be imported beforehand."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    imported: tuple[str, ...] = (
        "features.company",
        "features.engine.columns",
        "hypothesis",
        "models.explanation",
        "numpy.random",
        "numpy.testing",
    )


_DECISION_TESTS = ("tests/unit/models/decision",)
_BELOW_THE_SERVICE = (
    "alembic.command",
    "fastapi",
    "hypothesis",
    "pwdlib",
    "sqlalchemy.dialects.sqlite",
    "starlette.testclient",
    "training.publishing.publish",
    "training.publishing.scene",
)
_BELOW_BUNDLES = (
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.serialization",
    "features.lock",
    "features.row_file",
    "features.snapshot",
    "lightgbm",
    "models.assembly",
    "models.churn.fit",
    "models.decision",
    "models.explanation",
    "models.needs",
    "models.offer",
    "models.purchase",
    "models.transition",
    "numpy.testing",
)

ROOMS: Mapping[str, Room] = {
    "arbitration": Room(
        (
            "models/decision/arbitration.py",
            "models/decision/choices.py",
            "models/decision/draw.py",
            "models/decision/policy.py",
        ),
        _DECISION_TESTS,
    ),
    "gates": Room(
        (
            "models/decision/gates/checks.py",
            "models/decision/gates/contact_policy.py",
            "models/decision/gates/look.py",
            "models/decision/gates/passing.py",
        ),
        _DECISION_TESTS,
    ),
    "auth": Room(
        (
            "serving/auth.py",
            "serving/database/keys.py",
            "serving/door/access.py",
        ),
        (
            "tests/unit/serving/door/test_access.py",
            "tests/unit/serving/test_auth_keys.py",
            "tests/unit/serving/database/test_keys.py",
        ),
        _BELOW_THE_SERVICE,
    ),
    "people": Room(
        (
            "serving/people/accounts.py",
            "serving/people/entries.py",
            "serving/people/passwords.py",
            "serving/people/recognition.py",
            "serving/people/sessions.py",
        ),
        ("tests/unit/serving/people",),
        _BELOW_THE_SERVICE,
    ),
    "sign_in": Room(
        (
            "serving/page/frame/forms.py",
            "serving/page/frame/origins.py",
            "serving/page/sign_in.py",
        ),
        (
            "tests/unit/serving/page/frame/test_origins.py",
            "tests/unit/serving/page/test_sign_in.py",
        ),
        _BELOW_THE_SERVICE,
    ),
    "idempotency": Room(
        ("serving/database/idempotency.py",),
        ("tests/unit/serving/database/test_idempotency.py",),
        _BELOW_THE_SERVICE,
    ),
    "bundle": Room(
        (
            "models/bundle/pointer.py",
            "models/bundle/ledger.py",
            "models/bundle/sealed.py",
            "models/bundle/signing.py",
            "models/bundle/bundles.py",
            "models/bundle/live.py",
            "models/bundle/models.py",
            "models/bundle/predictions.py",
            "models/bundle/served.py",
        ),
        (  # without the campaign of damage, the trials in child processes and the searches for ids: slow, and seldom alone
            "tests/unit/models/bundle/test_sealed.py",
            "tests/unit/models/bundle/test_pointer.py",
            "tests/unit/models/bundle/test_ledger.py",
            "tests/unit/models/bundle/test_bundles_signed.py",
            "tests/unit/models/bundle/test_predictions.py",
            "tests/unit/models/bundle/test_predictions_without.py",
            "tests/unit/models/bundle/test_served.py",
            "tests/unit/models/bundle/test_signing.py",
            "tests/unit/models/bundle/test_signing_rotation.py",
            "tests/unit/models/bundle/test_models_stored.py",
            "tests/unit/models/bundle/test_live_pointer.py",
        ),
        _BELOW_BUNDLES,
    ),
}
"""By name. A room is added by naming its modules and its tests; nothing of what it tests may stand in `imported`."""
