from __future__ import annotations

import numpy as np

from features.company import default_company_text, read_company
from features.times import DAY
from models.decision import Asked, Contact, Contacts, Estimates, Lots, Policy, Situations, choose, decide, decided, document

POLICY = Policy.of(read_company(default_company_text("default")))
AT = 20_000 * DAY


def table(rows: int, *, seed: int = 7) -> Situations:
    """Draw customers of all kinds, some of whom were shown something."""
    random = np.random.default_rng(seed)
    columns = {name: random.choice([0.0, 0.2, 1.0, 6.0, 25.0, 120.0, np.nan], rows) for name in POLICY.names}
    offers, pairs = [offer.id for offer in POLICY.company.offers], POLICY.candidates
    shown = [
        [Contact(f"d{row}/1", str(random.choice(offers)), "email", AT - 9 * DAY, AT - 8 * DAY, "declined", AT - 8 * DAY)]
        * int(random.integers(0, 2))
        for row in range(rows)
    ]
    estimates = Estimates(
        random.uniform(0, 1, (rows, len(pairs))),
        np.where(random.uniform(size=(rows, len(offers))) < 0.5, np.nan, 0.2),
        random.uniform(0, 900, rows),
        {},
    )
    return Situations(columns, np.full(rows, AT), estimates, Contacts.of(shown), "renewal")


def test_a_customer_decided_with_others_is_decided_as_alone_to_the_byte():
    situations, lots = table(60), Lots(0.9, 0.9, 0.4)
    together = choose(POLICY, situations)

    for row in range(len(situations)):
        asked = Asked("d1", f"c{row}", "b" * 64)
        alone = decide(POLICY, situations.of_row(row), asked=asked, lots=lots)
        assert document(decided(together.of_row(row), asked=asked, lots=lots)) == document(alone)
