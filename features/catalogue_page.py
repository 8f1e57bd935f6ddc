"""How do people read the catalogue: a page in Markdown, by subject, written from the declarations so that it cannot differ.

`python -m features.catalogue_page` writes docs/features.md for the shipped company file; a test compares it with what stands.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path

from features.catalogue import SUBJECTS, Catalogue
from features.language.feature import Feature

_HEAD = """# Features

What is known about a customer at a moment, `as_of`: {count} numbers, float32 where stored. This page is what `lifecycle features
describe` prints, with a company file in use for that company; `--json` gives the same for programs.

## How to read a number

- **It is of the past.** It comes from rows that happened and were known before `as_of`; a window of 30 days is
  `[as_of - 30 days, as_of)`, a day is a day in UTC. A value that came to be known later than its row (the resolution of a ticket)
  is missing until then.
- **Missing is not zero.** A count of nothing is 0. What has no value is missing (NaN): an average of nothing, the days since
  something that never happened. Each entry says what missing means; a rule that compares a missing value does not hold.
- **A range** is what the number can be, both ends included; an open end has no limit.
- **A code** (`code_of_...`) stands for a text: equal texts have equal codes, in every company and year. It is no quantity, and
  no model reads it as one.
- **A ratio** compares a window with what came before it, of equal length where it does not say otherwise: 1 is as before, above 1
  is more.

## How to add one

Write one declaration into a file of `features/definitions/`: a name, a formula, one line of meaning, and how to read it. Then it
is in every snapshot, in this page, in the rules of the company file and in the row of one customer; nothing else has to be told.
Its name and formula enter the catalogue's signature, so models are fitted anew; a better wording changes nothing. Write this page
anew with `python -m features.catalogue_page`.

## What cannot be said

The event log decides what can be a feature. Not in it, and so not here: surveys sent but not answered (no response rate; see
`surveys_csat_per_ticket_365d`), list prices (no share of discounted purchases), what was promised to whom and by when (an update
counts as overdue after 24 hours: `tickets_open_silent_24h`), and whatever the row of a customer said before it was learned.

## Subjects

"""

_OWN = "What does this company add: the channels, deep features and milestones its file names."


@dataclass(frozen=True)
class _Section:
    title: str
    intro: str
    features: tuple[Feature, ...]

    def in_contents(self) -> str:
        return f"- [{self.title}](#{self.title.lower().replace(' ', '-')}) ({len(self.features)}): {self.intro.splitlines()[0]}\n"

    def __str__(self) -> str:
        return f"\n## {self.title}\n\n{self.intro}\n\n" + "\n".join(_entry(feature) for feature in self.features)


def catalogue_page(catalogue: Catalogue) -> str:
    """Return the catalogue as a page for people: how to read it, the subjects, and an entry a feature."""
    sections = [section for section in _sections(catalogue) if section.features]
    contents = "".join(section.in_contents() for section in sections)
    return _HEAD.format(count=len(catalogue.names)) + contents + "".join(str(section) for section in sections)


def _sections(catalogue: Catalogue) -> list[_Section]:
    sections = []
    for subject in SUBJECTS:
        here = tuple(feature for feature in subject.FEATURES if feature in catalogue.features)
        sections.append(_Section(subject.__name__.rpartition(".")[2].capitalize(), inspect.getdoc(subject) or "", here))
    shared = {feature.name for section in sections for feature in section.features}
    own = tuple(feature for feature in catalogue.features if feature.name not in shared)
    return [*sections, _Section("Its own words", _OWN, own)]


def _entry(feature: Feature) -> str:
    reading = feature.reading
    low, high = ("open" if bound is None else f"{bound:.7g}" for bound in (reading.low, reading.high))
    return (
        f"### `{feature.name}`\n\n{feature.meaning}\n\n"
        f"- unit: {reading.unit}; range: {low} to {high}\n"
        f"- missing: {reading.missing}\n- definition: {reading.origin}\n- computed: `{feature.formula}`\n"
    )


if __name__ == "__main__":
    from features.company import default_company_text, read_company

    Path("docs/features.md").write_text(catalogue_page(read_company(default_company_text("default")).catalogue))
