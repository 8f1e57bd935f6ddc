"""R7: what schemathesis cannot read from the document, checked of each answer: why a right question may be refused, and bad rows.

The words of a company (its stages, occasions, complaints, offers, its smallest coin) are in its file and not in the document.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

from serving.api.repeats import PARAMETER

TELLING = "POST /v1/events"
MAY_BE_REFUSED = {
    "GET /v1/customers": "the words of filters are the company's; a cursor must be one that was given out",
    "POST /v1/batches": "so are they here; ids stand alone, and without them a filter or `everybody` does",
    "GET /v1/customers/{customer_id}/timeline": "a cursor must be one that was given out",
    "POST /v1/customers/{customer_id}/what-if": "features and their ranges are the company's; two lists are of one length",
    "POST /v1/customers/{customer_id}/decisions": "the occasions are the company's",
    "POST /v1/decisions/{decision_id}/outcomes": "the offers are the decision's",
    "GET /v1/customers/{customer_id}/recovery-limit": "the complaints are the company's",
    "POST /v1/customers/{customer_id}/recoveries": "so are they here, and its smallest coin",
    "POST /v1/webhooks": "where a webhook may lead is the operator's to say: which hosts, ports and networks",
}
"""For which calls a request of the right form may be refused as 422, and why; for all others it may not."""

_KEY = "Idempotency-Key"
_REPEATED = "urn:lifecycle:problem:idempotency-key-reused"
_is_key = re.compile(PARAMETER["parameters"][0]["schema"]["pattern"]).search
_numbers = itertools.count()


@schemathesis.check
def only_what_must_be_is_refused(ctx: CheckContext, response: Response, case: Case) -> None:
    """Fail where a request of the right form is refused, but by those calls, or for an Idempotency-Key that came before."""
    del ctx
    is_unexpected = response.status_code == 422 and not _is_negative(case) and case.operation.label not in MAY_BE_REFUSED
    if is_unexpected and response.json()["type"] != _REPEATED:
        raise AssertionError("a request that the document describes was refused")


@schemathesis.check
def bad_rows_are_told(ctx: CheckContext, response: Response, case: Case) -> None:
    """Fail where events that the document does not describe were all accepted: each row is judged by itself, and told of."""
    del ctx
    if case.operation.label == TELLING and response.status_code == 200:
        told = response.json()
        if told["accepted"] + told["rejected"] != len(told["results"]):
            raise AssertionError("a row has no result")
        if not told["rejected"] and _is_negative(case):
            raise AssertionError("rows that the document does not describe were accepted")


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Give each call of a sequence a key of its own: the answer to a repeat may be of something that was removed since."""
    del context, kwargs
    in_sequence = case.meta is not None and case.meta.phase.name == "stateful"
    if in_sequence and _is_key(str((case.headers or {}).get(_KEY, ""))):
        case.headers[_KEY] = f"in-sequence-{next(_numbers)}"


def _is_negative(case: Case) -> bool:
    return case.meta is None or case.meta.generation.mode.is_negative
