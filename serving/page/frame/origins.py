"""Where may a page of ours be shown, and where may what is sent to it come from: here, and nowhere that was not named."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import Scope

from features.errors import Forbidden, InvalidInput
from serving.door.exchange import header
from serving.door.problems import ForCallers

COOKIE = "lifecycle_session"


class EmbeddingImpossible(InvalidInput):
    """The page may be embedded by settings with which no browser would send its cookie."""


class SentFromElsewhere(ForCallers, Forbidden):
    """A form came from another site, or from a page of a session that is over."""

    problem = "sent-from-elsewhere"


@dataclass(frozen=True)
class Origins:
    """What the settings say of `public_url` and `embed_origins`.

    Raises
    ------
    EmbeddingImpossible
        If pages elsewhere may embed ours and `public_url` is not https, or one of them is not an https origin.
    """

    public_url: str = ""
    embed_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.embed_origins and not self.is_secure:
            raise EmbeddingImpossible(
                f"needed public_url to begin with https:// where embed_origins names pages, found {self.public_url!r}; "
                "set LIFECYCLE_PUBLIC_URL to where people reach the page, or leave LIFECYCLE_EMBED_ORIGINS unset"
            )
        for origin in self.embed_origins:
            parts = urlsplit(origin)
            if parts.scheme != "https" or not parts.netloc or parts.path or parts.query or set(origin) & set(" ;,'\"*"):
                raise EmbeddingImpossible(f"needed each of embed_origins like https://crm.example.com, found {origin!r}")

    @property
    def is_secure(self) -> bool:
        """Whether people reach the page by https alone."""
        return self.public_url.startswith("https://")

    @property
    def headers(self) -> dict[str, str]:
        """Return the header fields of every page: nothing from elsewhere, no inline script or style, framed by nobody else."""
        framed_by = " ".join(("'self'", *self.embed_origins)) if self.embed_origins else "'none'"
        policy = (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {framed_by}",
        )
        return {"content-security-policy": "; ".join(policy), "referrer-policy": "same-origin", "cache-control": "no-store"}

    def refuse_foreign(self, scope: Scope) -> None:
        """Let a request that changes something pass only from a page of ours.

        Raises
        ------
        SentFromElsewhere
            If its `Origin` is another one, or none is said.
        """
        said = urlsplit(header(scope, b"origin") or "")
        ours = urlsplit(self.public_url).netloc or header(scope, b"host")
        if not said.netloc or said.netloc != ours:
            raise SentFromElsewhere(
                "Needed a form of this page, sent by a browser; what came was from elsewhere. Nothing was done."
            )

    def cookie(self, value: str, *, seconds: int) -> str:
        """Return the header field that sets the session's cookie; no seconds delete it."""
        bounds = f"Path=/; HttpOnly; Max-Age={seconds}"
        if self.embed_origins:
            return f"{self.cookie_name}={value}; {bounds}; Secure; SameSite=None; Partitioned"
        return f"{self.cookie_name}={value}; {bounds}; {'Secure; ' if self.is_secure else ''}SameSite=Lax"

    @property
    def cookie_name(self) -> str:
        """Return what the cookie is called: by https, a name that no other host and no http can set."""
        return f"__Host-{COOKIE}" if self.is_secure else COOKIE
