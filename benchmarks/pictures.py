"""Take the pictures of the agent page that stand in README.md and docs/agent-guide.md, from a simulated company.

`python -m benchmarks.pictures` simulates one, trains and promotes its models, makes the manager's reports (some minutes), and
looks at the page an hour after its history ends. `--home DIR` takes an installation that is there, and changes nothing in it.
Needs Chromium. Which customer is shown: the first of the work list with most to show.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.api_service import answering
from features.home import Home
from features.times import HOUR, Timestamp
from models.bundle import open_predictions, read_live
from serving.app import create_app
from serving.names.building import bring_up_to_date
from serving.people.accounts import create_person
from serving.people.sessions import open_session
from serving.settings import ServiceSettings

_ROOT = Path(__file__).resolve().parents[1]
_MOST_BYTES = 150_000
_LOOKED_AT = 40


class NoPicture(RuntimeError):
    """A picture cannot be taken as it should be."""


@dataclass(frozen=True)
class Picture:
    """One picture: what it is called, what it shows, and how wide, high and dark the screen is."""

    name: str
    path: str
    width: int = 1280
    height: int = 960
    scheme: Literal["light", "dark"] = "light"


def main() -> None:
    """Take the pictures, and say how heavy each is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="an installation to look at; without it a company is simulated")
    parser.add_argument("--customers", type=int, default=800, help="how many people to simulate")
    parser.add_argument("--out", type=Path, default=_ROOT / "docs" / "pictures")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = _copied(given.home, Path(folder)) if given.home else _simulated(Path(folder), given.customers)
        with _signed_in(home) as (url, cookie), sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for picture in _pictures(_tab(browser, url, cookie, Picture("", ""))):
                content = _taken(_tab(browser, url, cookie, picture), picture)
                (given.out / f"{picture.name}.png").write_bytes(content)
                print(f"{picture.name}.png  {len(content) / 1000:.0f} kB")
            browser.close()


def _pictures(tab: Page) -> list[Picture]:
    customer = _most_to_show(tab)
    return [
        Picture("work-list", "/page/"),
        Picture("customer", customer, height=1100),
        Picture("customer-dark", customer, height=1100, scheme="dark"),
        Picture("customer-narrow", customer, width=320, height=900),
        Picture("manager", "/page/manager", height=1100),
    ]


def _most_to_show(tab: Page) -> str:
    """Return the page of the customer with most offers, alerts and open tickets; of equals the first of the list."""
    tab.goto("/page/")
    links = [str(each.get_attribute("href")) for each in tab.locator(".rows tbody th a").all()]
    if tab.locator("a[rel=next]").count():
        tab.locator("a[rel=next]").click()
        links += [str(each.get_attribute("href")) for each in tab.locator(".rows tbody th a").all()]
    found = {}
    for link in links[:_LOOKED_AT]:
        tab.goto(link)
        shown = ("article.offer", "header.customer h2", "article.ticket", ".effect.measured")
        parts = (tab.locator(part).count() for part in shown)
        found[link] = tuple(min(count, most) for count, most in zip(parts, (3, 1, 1, 1), strict=True))
    return max(found, key=lambda link: found[link])


def _taken(tab: Page, picture: Picture) -> bytes:
    """Return what the screen shows, in 256 colours."""
    tab.goto(picture.path)
    drawn = Image.open(io.BytesIO(tab.screenshot())).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    content = io.BytesIO()
    drawn.save(content, "PNG", optimize=True)
    if content.tell() > _MOST_BYTES:
        raise NoPicture(f"needed {picture.name} below {_MOST_BYTES:,} bytes, found {content.tell():,}; show less of the page")
    return content.getvalue()


def _tab(browser: Browser, url: str, cookie: tuple[str, str], picture: Picture) -> Page:
    screen: Any = {"width": picture.width, "height": picture.height}
    context = browser.new_context(base_url=url, locale="en", color_scheme=picture.scheme, viewport=screen)
    context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": url}])
    return context.new_page()


@contextmanager
def _signed_in(home: Home) -> Iterator[tuple[str, tuple[str, str]]]:
    """Answer an hour after the data end; yield where, and the cookie of an admin."""
    now = _data_end(home) + HOUR
    bring_up_to_date(home)
    app = create_app(ServiceSettings(home), clock=lambda: now)
    service = app.state.service
    who = create_person(service.engine, name="ana", role="admin", password=os.urandom(12).hex(), created_at=now, language="en")
    with answering(app) as url:
        yield url, (service.origins.cookie_name, open_session(service.engine, who, now=now, request_id="r1").secret)


def _data_end(home: Home) -> Timestamp:
    live = read_live(home)
    if live is None or live.predictions is None:
        raise NoPicture(f"needed an installation with predictions, found none live in {home.root}; run `lifecycle demo` first")
    return open_predictions(home, live.predictions).origin.as_of


def _copied(there: Path, folder: Path) -> Home:
    return Home(Path(shutil.copytree(there, folder / "home")))


def _simulated(folder: Path, customers: int) -> Home:
    """Build a company as `lifecycle demo` does, and the reports that a manager reads."""
    home = folder / "demo"
    signing = {"LIFECYCLE_SIGNING_KEY": str(folder / "signing.key")}
    _lifecycle("demo", "--customers", str(customers), "--no-serve", **signing, LIFECYCLE_HOME=str(folder))
    for command in ("report", "monitor", "backtest"):
        _lifecycle(command, **signing, LIFECYCLE_HOME=str(home))
    return Home(home)


def _lifecycle(*words: str, **environment: str) -> None:
    print(f"lifecycle {' '.join(words)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "lifecycle", *words], cwd=_ROOT, env=os.environ | environment, capture_output=True, check=False
    )
    if done.returncode and words[0] != "monitor":  # whose exit code says whether somebody must look
        raise NoPicture(f"lifecycle {words[0]} ended with {done.returncode}: {done.stderr.decode()[-500:]}")


if __name__ == "__main__":
    main()
