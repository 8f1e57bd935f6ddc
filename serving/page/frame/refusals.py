"""How is a refusal said to a person: what happened and what to do now, in their language, with the number to ask about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from starlette.responses import Response

from features.errors import LifecycleError
from serving.door.route import Call
from serving.page.frame.shell import page
from serving.page.frame.wording import N_


class Words(NamedTuple):
    """A refusal in words: what happened, and what to do now."""

    happened: str
    to_do: str


_BY_PROBLEM: Mapping[str, Words] = {
    "unknown-customer": Words(
        N_("Nobody with this id is known."),
        N_("Search again by id or name. Somebody who came today is known once the next predictions are made."),
    ),
    "erased": Words(
        N_("This customer asked to be forgotten, and was."),
        N_("Nothing is kept, and nothing can be recorded about them."),
    ),
    "unknown-decision": Words(
        N_("That suggestion is not kept any more. Nothing was recorded."),
        N_("Open the customer again to see what to offer now."),
    ),
    "nothing-live": Words(
        N_("There are no predictions to show yet."),
        N_("Try again in a minute. If this goes on, tell whoever runs the service."),
    ),
    "role-missing": Words(
        N_("Your role does not include this page."),
        N_("Ask an administrator for a role that does."),
    ),
    "sent-from-elsewhere": Words(
        N_("This form was not sent from a page that is still open here. Nothing was recorded."),
        N_("Open the page again and repeat what you did."),
    ),
    "too-many-requests": Words(
        N_("That was more than your account may ask for in a minute."),
        N_("Wait a moment, then go on."),
    ),
}
_BY_STATUS: Mapping[int, Words] = {
    404: Words(N_("There is no such page."), N_("Go to the work list, or search for a customer.")),
    409: Words(N_("This was not recorded, because something else was recorded first."), N_("Open the page again to see it.")),
    503: Words(N_("This cannot be shown now."), N_("Try again in a moment. If this goes on, tell whoever runs the service.")),
}
_ANY = Words(
    N_("This did not work. Nothing was recorded."), N_("Go back and try again. If it fails again, pass on the number below.")
)


def refusal_page(call: Call, refusal: LifecycleError) -> Response:
    """Return the page that says why what was asked for is not there."""
    words = _BY_PROBLEM.get(refusal.problem) or _BY_STATUS.get(refusal.status) or _ANY
    return page(call, "refusal.html", status=refusal.status, words=words)
