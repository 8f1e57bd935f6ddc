"""Which texts are ids of customers: the company's own, of a form that is harmless in paths, files and tables."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Path

CUSTOMER_ID = r"^[A-Za-z0-9_.:@-]{1,64}$"

CustomerId = Annotated[
    str, Path(pattern=CUSTOMER_ID, min_length=1, max_length=64, description="Your id of the customer.", examples=["c1"])
]

_is_id = re.compile(CUSTOMER_ID).fullmatch


def is_customer_id(text: str) -> bool:
    r"""Whether the text has the form of a customer's id.

    >>> is_customer_id("c-1@shop:9"), is_customer_id("Jane Doe"), is_customer_id("c1\n")
    (True, False, False)
    """
    return _is_id(text) is not None
