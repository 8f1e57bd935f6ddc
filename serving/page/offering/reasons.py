"""Why customers decline: a short list in the reader's language, kept as codes so that it can be counted and learned from."""

from __future__ import annotations

from collections.abc import Mapping

from serving.page.frame.wording import N_

OTHER = "other"
"""None of the list: said in a few words instead."""

REASONS: Mapping[str, str] = {
    "too_expensive": N_("Too expensive"),
    "not_needed": N_("Does not need it"),
    "bad_time": N_("Not now, perhaps later"),
    "has_it_elsewhere": N_("Has it from somebody else"),
    "not_satisfied": N_("Not satisfied with us"),
    OTHER: N_("Something else"),
}
"""Each reason by its code, which is what the log keeps."""
