"""From when is what a page shows, what came since and counts nowhere yet, and which sources no longer send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.times import HOUR, Timestamp
from serving.history.glance import Glance
from serving.live.state import Found
from serving.page.about.reader import Reader
from serving.page.frame.names import said
from serving.page.frame.wording import N_


@dataclass(frozen=True)
class FreshnessShown:
    """The moment of the prediction in words, and what is to be said against it, a sentence each."""

    as_of: str
    cautions: tuple[str, ...]


def freshness_shown(found: Found, glance: Glance | None, *, stale_hours: float, reader: Reader) -> FreshnessShown:
    """Return how fresh the page is. `glance` None: the past could not be read."""
    say = reader.say
    words = N_("Computed anew %(ago)s, on %(moment)s.") if found.is_fresh else N_("Predicted %(ago)s, on %(moment)s.")
    as_of = say.text(words, ago=say.ago(found.as_of, reader.now), moment=say.moment(found.as_of))
    if glance is None:
        return FreshnessShown(as_of, (say.text(N_("What happened since cannot be read now. Open the page again in a minute.")),))
    waiting = say.plural(
        "%(count)s thing that happened since is not in the prediction yet; it will be with the next one.",
        "%(count)s things that happened since are not in the prediction yet; they will be with the next one.",
        glance.waiting,
    )
    late = _silent(glance.observed, limit=found.as_of - round(stale_hours * HOUR))
    silent = [say.text(_SILENT, source=said(source, say), moment=say.moment(until)) for source, until in late.items()]
    return FreshnessShown(as_of, (*([waiting] if glance.waiting else []), *silent))


_SILENT = N_("Nothing has arrived from %(source)s since %(moment)s, so later events there are not known. Tell whoever runs it.")


def _silent(observed: Mapping[str, Timestamp], *, limit: Timestamp) -> Mapping[str, Timestamp]:
    """Return the sources that once sent and ended before a moment at which they should still have."""
    return {source: until for source, until in observed.items() if until < limit}
