# %% [markdown]
# # A first look: from a company's history to a prediction
#
# A simulated company of 1,000 people over two years, in a temporary folder. Everything below also works on your own data:
# `lifecycle import` fills the log instead of the simulator. No logic lives in this notebook; it calls the packages.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from features.contracts import SOURCES
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log import EventLog
from features.snapshot import read_snapshot
from features.times import format_time, month_starts, parse_time
from lifecycle.simulate import simulate_into

home = Home(Path(tempfile.mkdtemp()))
company = simulate_into(home, customers=1_000, seed=1, years=2)

# %% [markdown]
# ## What is in the log
#
# Eight sources. Each row is a *version*: `known_at` says when we learnt it, `superseded_at` when a correction replaced it.

# %%
log = EventLog.open(home)
observed = log.manifest.observed_until
pd.DataFrame(
    {
        "rows": pd.Series(log.manifest.rows),
        "complete until": {name: format_time(until) for name, until in observed.items()},
        "a row is": {name: source.meaning for name, source in SOURCES.items()},
    }
)

# %% [markdown]
# ## What was known at a moment
#
# A snapshot holds one row of features per customer, computed from what was *known* at `as_of`, and from nothing later.

# %%
as_ofs = month_starts(parse_time("2025-01-01"), parse_time("2025-12-01"))
snapshots = compute_snapshots(home, company.catalogue, as_ofs)
table = read_snapshot(snapshots[-1].path)
print(f"{len(table):,} customers, {len(company.catalogue.names)} features, as of {format_time(snapshots[-1].as_of)}")
table[["tenure_days", "usage_count_30d", "usage_slope_30w", "tickets_open", "purchases_revenue_365d"]].describe().round(2)

# %% [markdown]
# Trends say more than levels: usage of each month's customers, beside how it has been moving for 30 weeks.

# %%
by_month = pd.DataFrame(
    {
        "used in the last 30 days": [read_snapshot(each.path)["usage_count_30d"].median() for each in snapshots],
        "slope over 30 weeks": [read_snapshot(each.path)["usage_slope_30w"].mean() for each in snapshots],
    },
    index=[format_time(each.as_of)[:7] for each in snapshots],
)
by_month.plot(
    subplots=True,
    figsize=(8, 5),
    title=["Median uses in the last 30 days", "Mean slope of weekly uses over 30 weeks"],
    legend=False,
)
plt.tight_layout()

# %% [markdown]
# ## A churn model, graded at past moments
#
# The recipe is graded walking forward, beside baselines with names. Few trees and no MLflow here, to be quick; `lifecycle train
# churn` lets several ways to grow trees compete, and records the run.

# %%
from lifecycle.training_tables import gates_text, measures_text
from models.learners.boosting import BoostingPreset
from training.publishing.promote import judge
from training.questions.churn.question import ChurnQuestion
from training.records.candidates import stored_candidate
from training.train import TrainingRun, train

quick = BoostingPreset(leaves=6, learning_rate=0.08, rounds=60, bag=1)
trained = train(home, ChurnQuestion(company, quick), run=TrainingRun(trained_at=parse_time("2026-01-01")))
print(measures_text(trained.report))

# %% [markdown]
# ## May it go live?

# %%
print(gates_text(judge(home, stored_candidate(home, "churn", run_id=trained.run_id), company=company)))

# %% [markdown]
# ## Who should be called first?

# %%
chances = trained.model.predict(snapshots[-1].matrix, names=snapshots[-1].names)
risk = pd.DataFrame(chances, columns=[f"within {days} days" for days in trained.model.horizons_days], index=table.index)
shown = table.loc[risk.iloc[:, -1].nlargest(5).index, ["contract_days_left", "usage_slope_30w", "tickets_complaints_90d"]]
risk.join(shown, how="inner").round(3)
