# %% [markdown]
# # What was known when, and how a leak is caught
#
# A model learns from the past as it looked *then*. A column that was filled in later makes it look brilliant in training and
# useless in service. Here: one ticket seen at three moments, rows that arrive late, and a leak planted on purpose.

# %%
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from features.contracts import SOURCES
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log import EventLog
from features.log.intake import Receipt, append
from features.snapshot import read_snapshot
from features.times import DAY, HOUR, format_time, parse_time, to_datetime
from lifecycle.simulate import simulate_into

home = Home(Path(tempfile.mkdtemp()))
company = simulate_into(home, customers=400, seed=2, years=2)
log = EventLog.open(home)

# %% [markdown]
# ## One ticket at three moments
#
# A ticket is a row with versions: when it was opened, and again when it was resolved. `known_at` says when we learnt of each.
# Columns that only the resolution brings are masked until then.

# %%
tickets = pd.concat([log.bucket("tickets", bucket).to_pandas() for bucket in range(log.manifest.buckets)])
resolved = tickets.dropna(subset=["resolved_at", "customer_id"])
chosen = tickets[tickets["ticket_id"] == resolved.sort_values("opened_at")["ticket_id"].iloc[len(resolved) // 2]]
chosen[["customer_id", "ticket_id", "opened_at", "resolved_at", "contacts", "known_at", "superseded_at"]]

# %% [markdown]
# The features follow what was known: open after it was opened, no longer open once its resolution was known. Nobody had to write
# code for that; an author of features never sees the clock.

# %%
owner = chosen["customer_id"].iloc[0]
opened, closed = (int(chosen[name].max().timestamp()) * 1_000_000 for name in ("opened_at", "resolved_at"))
moments = [opened - HOUR, opened + HOUR, closed + DAY]
names = ["tickets_count_lifetime", "tickets_open", "tickets_days_since_last"]
seen = compute_snapshots(home, company.catalogue.only(names), moments)
pd.DataFrame({format_time(shot.as_of): read_snapshot(shot.path).loc[owner] for shot in seen}).round(2)

# %% [markdown]
# ## What arrives late changes no snapshot of before
#
# A month of uses is delivered half a year late: it happened before `as_of`, but nobody knew. The snapshot is thrown away and
# computed anew from the log of now; its digest, over every value of every customer, is the same.

# %%
as_of, late = parse_time("2025-04-01"), parse_time("2025-10-01")
(before,) = compute_snapshots(home, company.catalogue, [as_of])
uses = pd.DataFrame({"customer_id": before.ids.to_pylist(), "occurred_at": to_datetime(as_of - 10 * DAY), "feature": "report"})
uses = uses.assign(event_id=[f"late-{row}" for row in range(len(uses))], quantity=1.0, known_at=to_datetime(late))
append(home, {"usage": uses}, receipt=Receipt(received_at=max(log.manifest.observed_until.values()), known_at="given"))
shutil.rmtree(before.path)
(again,) = compute_snapshots(home, company.catalogue, [as_of])
print(f"{len(uses)} uses arrived late; the snapshot of {format_time(as_of)} is the same: {again.digest == before.digest}")

# %% [markdown]
# A later moment does see them: they are there from the day they were known.

# %%
shots = compute_snapshots(home, company.catalogue.only(["usage_count_lifetime"]), [as_of, late + DAY])
uses = {format_time(shot.as_of): read_snapshot(shot.path)["usage_count_lifetime"] for shot in shots}
pd.DataFrame({moment: column.describe() for moment, column in uses.items()}).round(1)

# %% [markdown]
# ## A leak, planted
#
# Suppose that a column is filled from a table of closed accounts: it says who left, only a little blurred. At no moment of the
# past was it known. The recipe is graded walking forward, once on honest columns and once with the planted one.

# %%
from models.learners.boosting import BoostingPreset
from training.examples import stack_examples
from training.gates.recipe import TOO_GOOD_ALONE, TOO_GOOD_AUC
from training.questions.churn.question import ChurnQuestion
from training.records.report import CHOSEN

question = ChurnQuestion(company, BoostingPreset(leaves=4, rounds=40, bag=1))
honest = stack_examples(home, question)
rows, place = honest.examples.rows.copy(), honest.examples.names.index("tickets_channels_365d")
rows[:, place] = honest.examples.labels[:, -1] + np.random.default_rng(0).normal(0, 0.2, len(rows))
leaking = replace(honest, examples=replace(honest.examples, rows=rows))
contests = {name: question.contest(each, seed=0, say=None) for name, each in {"honest": honest, "leaking": leaking}.items()}

# %% [markdown]
# A model as good as that is no reason to be glad. Two limits hold it for review, and the feature is named: the gate `plausible`
# compares the AUC of the model, and that of each feature alone, with what people's behaviour ever lets one know.

# %%
found = {
    name: {
        "AUC of the recipe": contest.tables.pooled[CHOSEN]["auc"].value,
        "best feature alone": contest.features_alone[0].feature,
        "its AUC": contest.features_alone[0].auc,
    }
    for name, contest in contests.items()
}
print(f"limits: {TOO_GOOD_AUC} for a model, {TOO_GOOD_ALONE} for a feature alone")
pd.DataFrame(found)

# %%
figure, sides = plt.subplots(1, 2, figsize=(10, 3.5), sharex=True)
for side, (name, contest) in zip(sides, contests.items(), strict=True):
    best = pd.Series({each.feature: each.auc for each in contest.features_alone[:6]})
    best.iloc[::-1].plot.barh(ax=side, title=name, xlim=(0.5, 1.0), xlabel="AUC of the feature alone")
    side.axvline(TOO_GOOD_ALONE, linestyle="--", color="black")
figure.tight_layout()

# %% [markdown]
# ## What keeps it so
#
# Columns that become known later declare it in the contract of their source, and are masked until then:

# %%
masked = {name: {each.name: each.known_with for each in source.columns if each.known_with} for name, source in SOURCES.items()}
pd.Series(masked).loc[lambda columns: columns.map(bool)].to_frame("known with")
