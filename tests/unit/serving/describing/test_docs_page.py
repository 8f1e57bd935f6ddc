from __future__ import annotations

import re

import pytest

from serving.describing.pages import _OURS, _THEIRS


def test_the_page_loads_its_own_files_and_no_others(asker):
    page = asker.client.get("/docs")

    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert len(loaded) >= 5
    for path in loaded:
        assert path.startswith("/"), path
        assert asker.client.get(path).status_code == 200, path


def test_no_script_stands_in_the_page_and_none_from_elsewhere_would_run(asker):
    page = asker.client.get("/docs")

    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert re.findall(r"<script(?![^>]*\bsrc=)", page.text) == []


@pytest.mark.parametrize("file", [*_OURS, *_THEIRS])
def test_a_file_of_the_page_has_its_kind(asker, file):
    answer = asker.client.get(f"/docs/{file}")

    assert answer.headers["content-type"].partition(";")[0] == (_OURS | _THEIRS)[file]
    assert len(answer.content) > 10


@pytest.mark.parametrize("file", ["index.html", "swagger-ui.js", "%2e%2e", "page.html", "%2e%2e%2fpages.py", "start.js.map"])
def test_no_other_file_is_given(asker, file):
    answer = asker.client.get(f"/docs/{file}")

    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_asks_nobody_else_about_the_document(asker):
    assert "validatorUrl: null" in asker.client.get("/docs/start.js").text


def test_the_older_rendering_says_where_it_was_asked_for(asker):
    there = asker.client.get("/openapi-2.0.json", headers={"host": "crm.example.org:8443"}).json()
    here = asker.client.get("/openapi-2.0.json", headers={"host": "127.0.0.1:8000"}).json()

    assert (there["host"], there["schemes"]) == ("crm.example.org:8443", ["https"])
    assert (here["host"], here["schemes"]) == ("127.0.0.1:8000", ["http"])


def test_a_host_that_is_none_is_not_repeated(asker):
    answer = asker.client.get("/openapi-2.0.json", headers={"host": "<script>"})

    assert answer.json()["host"] == "lifecycle.example.com"
    assert "<script>" not in answer.text
