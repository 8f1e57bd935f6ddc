"""A method that a path does not take is refused with those it takes, whichever routes they belong to."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v1/customers/c1", "DELETE, GET"), ("/v1/webhooks", "GET, POST"), ("/v1/offers", "GET"), ("/page/sign-in", "GET, POST")],
)
@pytest.mark.parametrize("method", ["OPTIONS", "PATCH"])
def test_a_refused_method_comes_with_all_that_the_path_takes(asker, method, path, methods):
    answer = asker.client.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["allow"] == methods
