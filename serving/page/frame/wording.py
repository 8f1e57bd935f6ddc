"""In which language, and how, is something said: texts from one catalogue, numbers, money and dates as the reader writes them.

English is the language of the message ids; each language, English too, has its catalogue under `locale/`, so that what is
missing in one is seen by a test and not by a reader.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import resources

from babel import Locale, dates, numbers, units
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from markupsafe import Markup

from features.times import DAY, MINUTE, SECOND, Timestamp
from models.explanation.codes import LANGUAGES, Language

NAMES: dict[Language, str] = {"en": "English", "pt-BR": "Português (Brasil)", "pl": "Polski"}
"""Each language in its own words."""

_MOST_ASKED = 10
_CALENDARS: Mapping[Language, Locale] = {"en": Locale("en", "GB")}
"""Whose dates a language is given: day, month, year in English too, which every reader takes for the same day."""


@dataclass(frozen=True)
class Wording:
    """How things are said in one language."""

    language: Language
    locale: Locale
    texts: Translations

    def text(self, message: str, **values: object) -> str:
        """Return a text that `N_` marked, in this language, with its values.

        >>> wording_of("en").text("%(name)s: %(score)s of 10", name="NPS", score=9)
        'NPS: 9 of 10'
        """
        said: str = self.texts.gettext(message)
        return said % values if values else said

    def told(self, message: str, **values: object) -> Markup:
        """Return a text that `N_` marked as HTML, its values escaped unless they are HTML, such as what is set `apart`.

        >>> wording_of("en").told("Agent: %(agent)s.", agent=apart("a<b"))
        Markup('Agent: <bdi>a&lt;b</bdi>.')
        """
        return Markup(self.texts.gettext(message)) % values  # noqa: S704 (ours)

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        """Return the form of a text that a count asks for; it finds the count, as the reader writes it, as `count`."""
        said: str = self.texts.ngettext(one, many, count)
        return said % {**values, "count": self.number(count)}

    def number(self, value: float, *, decimals: int = 0) -> str:
        r"""Return a number as the reader writes it.

        >>> wording_of("en").number(12345.6), wording_of("pl").number(12345.6, decimals=1)
        ('12,346', '12\xa0345,6')
        """
        return _number(self.language, round(value, decimals), decimals)

    def percent(self, share: float) -> str:
        """Return a share as whole percent; one that would round to none or all says so.

        >>> wording_of("en").percent(0.126), wording_of("pt-BR").percent(0.004), wording_of("pl").percent(0.999)
        ('13%', '<1%', '>99%')
        """
        if 0 < share < 0.005:
            return "<" + numbers.format_percent(0.01, locale=self.locale)
        if 0.995 <= share < 1:
            return ">" + numbers.format_percent(0.99, locale=self.locale)
        return numbers.format_percent(share, locale=self.locale)

    def money(self, amount: float, currency: str, *, exact: bool = False) -> str:
        r"""Return an amount in the company's currency: whole where it is large, with hundredths where it is small or `exact`.

        >>> wording_of("en").money(1234.5, "EUR"), wording_of("pt-BR").money(9.5, "BRL"), wording_of("pl").money(1234.5, "PLN")
        ('€1,234', 'R$\xa09,50', '1\xa0234\xa0zł')
        """
        whole = not exact and abs(amount) >= 100
        said: str = numbers.format_currency(
            math.trunc(amount) if whole else amount,
            currency,
            locale=self.locale,
            currency_digits=not whole,
            format=_without_decimals(self.locale) if whole else None,
        )
        return said

    def day(self, moment: Timestamp) -> str:
        """Return the day of a moment, UTC.

        >>> wording_of("en").day(0), wording_of("pl").day(0)
        ('1 Jan 1970', '1 sty 1970')
        """
        return _day(self.language, moment // DAY)

    def moment(self, moment: Timestamp) -> str:
        """Return day and minute of a moment, UTC, and say that it is.

        >>> wording_of("en").moment(0), wording_of("pl").moment(0)
        ('1 Jan 1970, 00:00 UTC', '1 sty 1970, 00:00 UTC')
        """
        return _minute(self.language, moment // MINUTE)

    def ago(self, moment: Timestamp, now: Timestamp) -> str:
        """Return how long ago a moment was, or in how long it will be, in the largest unit that has gone by once.

        >>> wording_of("en").ago(0, 3 * 86_400_000_000), wording_of("pt-BR").ago(7_200_000_000, 0)
        ('3 days ago', 'em 2 horas')
        >>> wording_of("pl").ago(0, 59_000_000), wording_of("en").ago(0, 330 * 86_400_000_000)
        ('przed chwilą', '11 months ago')
        """
        if abs(moment - now) < MINUTE:
            return self.text(N_("just now"))
        return dates.format_timedelta((moment - now) // SECOND, threshold=1, add_direction=True, locale=self.locale)

    def days(self, count: float) -> str:
        r"""Return a number of days with its word.

        >>> wording_of("en").days(1), wording_of("pl").days(9), wording_of("pt-BR").days(9)
        ('1 day', '9 dni', '9 dias')
        """
        said: str = units.format_unit(round(count), "duration-day", length="long", locale=self.locale)
        return said

    def span(self, duration: Timestamp) -> str:
        """Return how long something takes, in the largest unit that it fills.

        >>> wording_of("en").span(3 * 86_400_000_000), wording_of("pl").span(-7_200_000_000)
        ('3 days', '2 godziny')
        """
        return dates.format_timedelta(abs(duration) // SECOND, threshold=1, locale=self.locale)


def apart(words: object) -> Markup:
    """Return words from outside, such as a name, so that the direction they are written in changes nothing around them."""
    return Markup("<bdi>{}</bdi>").format(words)


def N_(text: str) -> str:  # noqa: N802 (gettext's name for it, which extraction looks for)
    """Mark a text as one to be translated where it is shown."""
    return text


@cache
def wording_of(language: Language) -> Wording:
    """Return how things are said in a language."""
    return Wording(language, Locale.parse(language, sep="-"), _texts(language))


def language_asked(accepted: str | None) -> Language:
    """Return the language that an `Accept-Language` header asks for first, of those there are; English where it asks for none.

    >>> language_asked("de-CH, pl-PL;q=0.9, en;q=0.1"), language_asked("pt"), language_asked("xx"), language_asked(None)
    ('pl', 'pt-BR', 'en', 'en')
    """
    for name in _wanted(accepted or ""):
        found = next((language for language in LANGUAGES if language.partition("-")[0] == name.partition("-")[0].lower()), None)
        if found:
            return found
    return "en"


def _wanted(accepted: str) -> Sequence[str]:
    weighed = []
    for part in accepted.split(",")[:_MOST_ASKED]:
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), name))
        except ValueError:
            continue
    return [name for _, name in sorted(weighed, key=lambda one: one[0])]


def _texts(language: Language) -> Translations:
    """Return the compiled catalogue of a language."""
    source = resources.files("serving.page") / "locale" / f"{language}.po"
    compiled = io.BytesIO()
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language.replace("-", "_")))
    compiled.seek(0)
    return Translations(compiled)


@lru_cache(maxsize=4096)  # a page says the same few days and numbers over and over, and Babel takes 50 us for each
def _number(language: Language, value: float, decimals: int) -> str:
    said: str = numbers.format_decimal(value, locale=wording_of(language).locale, format=f"#,##0.{'0' * decimals}".rstrip("."))
    return said


@lru_cache(maxsize=4096)
def _day(language: Language, day: int) -> str:
    said: str = dates.format_date(_utc(day * DAY), "medium", locale=_CALENDARS.get(language, wording_of(language).locale))
    return said


@lru_cache(maxsize=4096)
def _minute(language: Language, minute: int) -> str:
    return f"{_day(language, minute * MINUTE // DAY)}, {_utc(minute * MINUTE):%H:%M} UTC"


def _without_decimals(locale: Locale) -> str:
    pattern: str = locale.currency_formats["standard"].pattern
    return pattern.replace(".00", "")


def _utc(moment: Timestamp) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, UTC)
