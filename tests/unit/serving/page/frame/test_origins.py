"""Where the page may be shown, and with which cookie: here alone, or in a frame of those who were named."""

from __future__ import annotations

import pytest

from serving.page.frame.origins import EmbeddingImpossible, Origins, SentFromElsewhere

CRM = "https://crm.example.com"
EMBEDDED = Origins("https://lifecycle.example.com", (CRM,))


def test_by_default_nobody_frames_the_page():
    assert Origins().headers["content-security-policy"].split("; ")[-1] == "frame-ancestors 'none'"
    assert Origins().cookie("s", seconds=9) == "lifecycle_session=s; Path=/; HttpOnly; Max-Age=9; SameSite=Lax"


def test_by_https_the_cookie_is_of_this_host_and_secure():
    cookie = Origins("https://lifecycle.example.com").cookie("s", seconds=9)

    assert cookie == "__Host-lifecycle_session=s; Path=/; HttpOnly; Max-Age=9; Secure; SameSite=Lax"


def test_who_was_named_may_embed_the_page_with_a_cookie_of_that_place_alone():
    cookie = EMBEDDED.cookie("s", seconds=9)

    assert cookie == "__Host-lifecycle_session=s; Path=/; HttpOnly; Max-Age=9; Secure; SameSite=None; Partitioned"
    assert EMBEDDED.headers["content-security-policy"].split("; ")[-1] == f"frame-ancestors 'self' {CRM}"


def test_no_script_and_no_style_comes_from_elsewhere_or_stands_in_a_page():
    policy = EMBEDDED.headers["content-security-policy"]

    ours = [f"{kind}-src 'self'" for kind in ("script", "style", "img", "connect")]
    assert policy.split("; ")[:-1] == ["default-src 'none'", *ours, "form-action 'self'", "base-uri 'none'"]


def test_a_page_is_kept_by_no_cache_and_tells_no_other_site_where_one_came_from():
    headers = Origins().headers

    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "same-origin")


@pytest.mark.parametrize("url", ["", "http://lifecycle.example.com"])
def test_embedding_without_https_is_refused_with_what_to_set(url):
    with pytest.raises(EmbeddingImpossible, match="LIFECYCLE_PUBLIC_URL"):
        Origins(url, (CRM,))


@pytest.mark.parametrize(
    "origin",
    [
        "http://crm.example.com",
        "crm.example.com",
        "https://",
        *(CRM + each for each in ("/x", "?x", " x", ";x", ",x", "'x", '"x')),
        "*",
        "https://*.example.com",
    ],
)
def test_only_an_https_origin_may_embed(origin):
    with pytest.raises(EmbeddingImpossible, match=r"crm\.example\.com"):
        Origins("https://lifecycle.example.com", (origin,))


def scope(**headers: str):
    return {"headers": [(name.encode(), value.encode()) for name, value in headers.items()]}


def test_without_a_public_address_the_host_that_was_asked_is_ours():
    Origins().refuse_foreign(scope(host="10.0.0.5:8000", origin="http://10.0.0.5:8000"))

    for headers in ({"origin": CRM, "host": "10.0.0.5:8000"}, {"origin": "null", "host": ""}, {"host": ""}, {"origin": CRM}, {}):
        with pytest.raises(SentFromElsewhere):
            Origins().refuse_foreign(scope(**headers))


def test_behind_a_proxy_the_public_address_is_ours_and_the_one_behind_it_is_not():
    EMBEDDED.refuse_foreign(scope(host="10.0.0.5:8000", origin="https://lifecycle.example.com"))

    with pytest.raises(SentFromElsewhere):
        EMBEDDED.refuse_foreign(scope(host="10.0.0.5:8000", origin="http://10.0.0.5:8000"))
