"""By which secrets are decisions drawn: two of their own, beside the installation's."""

from __future__ import annotations

from features.home import Home
from features.subjects import kept_secret
from models.decision.draw import Secrets


def draw_secrets(home: Home) -> Secrets:
    """Return the secrets decisions are drawn by; made and kept as the installation's, raising as it does.

    Another control secret is another control group: then nothing can be compared with what was measured before.
    """
    return Secrets(kept_secret(home, "control"), kept_secret(home, "draw"))
