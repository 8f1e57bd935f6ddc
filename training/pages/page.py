"""How is a report kept for people: one HTML file that loads nothing from elsewhere, and a CSV for everything that stands in it.

Pictures are drawn here, as SVG, by Vega's own renderer; the page holds no script. Jinja escapes every text: names of segments and
topics come from the data, and data may be hostile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from features.write_once import replace_file

_LONG = 40  # characters

MOST_ROWS_SHOWN = 40
"""A longer table is shown in part; the CSV beside the page is whole."""


@dataclass(frozen=True)
class Exhibit:
    """One thing to look at: figures, what they say in a sentence, and how they are drawn.

    `name` is the file name of the CSV, small letters, digits and `_`. `draw` makes an Altair chart of the table; without it the
    table itself is shown.
    """

    name: str
    title: str
    words: str
    table: pd.DataFrame
    draw: Callable[[pd.DataFrame], Any] | None = None


@dataclass(frozen=True)
class Chapter:
    """A question of the report, what is to be known about it, and what answers it."""

    title: str
    exhibits: Sequence[Exhibit]
    words: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """A whole report: its title, what it comes to in a few sentences, and its chapters."""

    title: str
    lead: Sequence[str]
    chapters: Sequence[Chapter]


def write_page(page: Page, path: Path) -> Path:
    """Write the page to `path`, and each exhibit's table as CSV into the folder beside it that bears the page's name.

    The page is written last: whoever sees it finds every table it links to.
    """
    exhibits = [exhibit for chapter in page.chapters for exhibit in chapter.exhibits]
    for exhibit in exhibits:
        replace_file(path.with_suffix("") / f"{exhibit.name}.csv", exhibit.table.to_csv(index=False).encode())
    pictures = {exhibit.name: _picture(exhibit) for exhibit in exhibits}
    text = _template().render(page=page, pictures=pictures, folder=path.stem, most=MOST_ROWS_SHOWN)
    replace_file(path, text.encode())
    return path


def _picture(exhibit: Exhibit) -> Markup:
    """Return the chart as inline SVG, named by what it shows; nothing where only a table is wanted or there is no row."""
    if exhibit.draw is None or exhibit.table.empty:
        return Markup("")
    import vl_convert

    from training.pages.look import LOOK

    svg = vl_convert.vegalite_to_svg(exhibit.draw(exhibit.table).configure(**LOOK).to_dict())
    told = Markup('<svg role="img" aria-label="{}: {}"').format(exhibit.title, exhibit.words)
    return Markup(svg.replace("<svg", told, 1))  # noqa: S704 (Vega escapes the texts it draws)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(shown=_shown, kind=_kind, side=_side)
    return environment.from_string((resources.files("training.pages") / "page.html.jinja").read_text("utf-8"))


def _side(column: pd.Series[Any]) -> Markup:
    """Return the class of a column's head: over texts it stands on the left, as they do."""
    return Markup(' class="text"') if column.map(lambda cell: isinstance(cell, str)).any() else Markup("")


def _kind(cell: Any) -> Markup:
    """Return the class of a cell: texts stand on the left, and long ones may wrap."""
    if not isinstance(cell, str):
        return Markup("")
    return Markup(' class="text long"') if len(cell) > _LONG else Markup(' class="text"')


def _shown(figure: Any) -> str:
    """Spell a cell: a date as a day, a number with as many digits as tell something, nothing where nothing is known.

    >>> _shown(0.123456), _shown(1234567.0), _shown(float("nan")), _shown(12), _shown("web")
    ('0.1235', '1,234,567', '', '12', 'web')
    """
    if isinstance(figure, pd.Timestamp):
        return figure.strftime("%Y-%m-%d")
    if pd.isna(figure):
        return ""
    if isinstance(figure, float):
        return f"{figure:,.0f}" if abs(figure) >= 1000 or figure == int(figure) else f"{figure:.4g}"
    return f"{figure:,}" if isinstance(figure, int) and not isinstance(figure, bool) else str(figure)
