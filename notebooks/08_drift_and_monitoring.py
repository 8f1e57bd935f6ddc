# %% [markdown]
# # Drift and monitoring: months that pass, and when somebody must look
#
# A model is trained in June and scores every customer once a month. Then a feed goes wrong. Is it found, does it matter, and how
# good were the predictions once their outcome is known? A simulated company of 700 people whose rows reach the log month by
# month, as they became known.

# %%
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyarrow as pa

from features.company import default_company_text, read_company
from features.home import Home
from features.times import month_starts, parse_time
from models.learners.boosting import BoostingPreset
from training.monitoring import tables
from training.monitoring.monitor import monitor
from training.monitoring.page import verdict
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.score import score, use_company
from training.questions.churn.question import ChurnQuestion
from training.simulated import simulate
from training.simulated.replay import Replay
from training.train import TrainingRun, train

folder = Path(tempfile.mkdtemp())
text = default_company_text("default").replace("horizons_days = [30, 60, 90]", "horizons_days = [90]")
company = read_company(text.replace("weekly_capacity = 200", "weekly_capacity = 40"))
simulated = simulate(700, seed=5, until=parse_time("2026-01-01"), years=3)
lived = Replay(simulated.tables, simulated.observed_until, Home(folder / "lived"))

# %% [markdown]
# ## Months pass
#
# `Replay` delivers what became known up to each moment, and nothing later: the log stands as it would have stood then. In June a
# churn model is trained and promoted; in July and August everybody is scored again. One horizon and few trees, to be quick.

# %%
months = [*month_starts(parse_time("2025-06-01"), parse_time("2025-08-01")), parse_time("2025-11-01")]
quick = BoostingPreset(leaves=6, learning_rate=0.08, rounds=60, bag=1)
for moment in lived.months(months):
    if moment == months[0]:
        use_company(lived.home, company, at=moment)
        trained = train(lived.home, ChurnQuestion(company, quick), run=TrainingRun(moment))
        promote(lived.home, "churn", act=Act(folder / "signing.key", moment))
    elif moment != months[-1]:
        score(lived.home, at=moment)
promised = trained.report.pooled["recipe"]["auc"]
print(f"in June training promised an AUC of {promised.text}")

# %% [markdown]
# ## Three Novembers
#
# November comes, and goes three ways. *As it was.* *Another unit*: `quantity` of usage arrives in minutes in place of hours,
# sixty times as much. *Uses lost*: from the 10th, four of five uses do not arrive. Both are faults that feeds have.

# %%
usage, random = simulated.tables["usage"], np.random.default_rng(0)
happened = pd.Series(usage["occurred_at"].to_pandas())
amounts = np.where(happened >= pd.Timestamp("2025-11-01", tz="UTC"), 60, 1) * usage["quantity"].to_numpy()
place = usage.schema.get_field_index("quantity")
lost = (happened >= pd.Timestamp("2025-11-10", tz="UTC")) & (random.random(len(usage)) < 0.8)
novembers = {
    "as it was": usage,
    "another unit": usage.set_column(place, "quantity", pa.array(amounts)),
    "uses lost": usage.filter(pa.array(~lost)),
}
december, reports = parse_time("2025-12-01"), {}
for name, rows in novembers.items():
    home = Home(shutil.copytree(lived.home.root, folder / name))
    replace(lived, tables={**lived.tables, "usage": rows}, home=home).deliver(since=months[-1], until=december)
    score(home, at=december)
    reports[name] = monitor(home, moment=december)

# %%
weeks = {name: tables.weeks(report).query("source == 'usage'").set_index("week")["rows"] for name, report in reports.items()}
figure, side = plt.subplots(figsize=(9, 2.8), layout="constrained")
for name, style in {"as it was": "C0-", "uses lost": "C3--"}.items():
    side.plot(pd.to_datetime(weeks[name].index), weeks[name], style, label=name)
side.set(title="Uses that arrived, by week", ylim=(0, None))
side.legend()
plt.show()

# %% [markdown]
# ## What drifted
#
# The features of those at risk, beside those of the newest month the model learned from. Drift is an effect that matters (d of
# 0.2 and more) and that chance does not explain: the chance of *any* false alarm among all columns is held at 1 %. With so few
# customers only large effects are told apart from chance. How many times its limit did each feature move?

# %%
moved = {name: tables.moved(report).set_index("column")["times_limit"].head(8) for name, report in reports.items()}
figure, sides = plt.subplots(1, 3, figsize=(14, 3), sharex=True, layout="constrained")
for side, (name, limits) in zip(sides, moved.items(), strict=True):
    side.barh(limits.index, limits, color=np.where(limits >= 1, "C1", "C7"))
    side.axvline(1, linestyle="--", color="black", linewidth=0.8)
    side.invert_yaxis()
    side.set(title=name, xlabel="times its limit")
plt.show()

# %% [markdown]
# One feature as it lies then and now, with the figures that say so: the chance that a value of now exceeds one of then (0.5 is
# no drift), and d.

# %%
pd.DataFrame(
    {
        name: {
            f"{column.name}: {figure}": value
            for column in report.drift[0].columns
            if column.name in ("tenure_days", "usage_quantity_30d", "usage_count_30d")
            for figure, value in {"effect": column.effect, "limit": column.effect_limit, "d": column.d}.items()
        }
        for name, report in reports.items()
    }
).round(3)

# %% [markdown]
# ## Does it matter?
#
# Who is called, and who stands in which band of risk, are decisions. So the columns that drifted are put back to where they lay,
# the live model scores once more, and those decided otherwise are counted. Only that is an alarm: above the red line somebody
# must look. Another unit moves its features farther than anything, and few would be decided otherwise; lost uses move theirs
# less far, and every fourth customer stands in a band of risk they do not belong in.

# %%
undone = pd.concat({name: tables.undone(report).set_index("decision") for name, report in reports.items()})
shares = undone["changed"].unstack(level=0)[list(reports)]
figure, sides = plt.subplots(1, 2, figsize=(10, 3), layout="constrained")
titles = {"band": "In another band of risk", "list": "Of the week's list, other customers"}
for side, (decision, title) in zip(sides, titles.items(), strict=True):
    side.bar(shares.columns, shares.loc[decision], color=["C0", "C1", "C3"], width=0.6)
    side.axhline(undone.xs(decision, level=1)["limit"].iloc[0], color="C3", linestyle="--", linewidth=1)
    side.bar_label(side.containers[0], fmt="{:.0%}")
    side.set(title=f"{title}, without the drift", ylim=(0, 0.4))
plt.show()

# %% [markdown]
# ## What came of the predictions
#
# What counts is what was said *then*. A month matures once the horizon and the days of grace are over: the predictions of June,
# July and August have; those of December are pending, and nobody can say yet how good they are.

# %%
tables.months(reports["as it was"])[["month", "state", "closes", "asked", "matured"]].set_index("month")

# %% [markdown]
# Until then they can only be estimated: if the chances are right, they let expect an AUC, and no outcome is needed. How far off
# such estimates were stands beside them, in each month that has matured. Trust the estimate no further than that.

# %%
came = tables.measured(reports["as it was"], "auc").set_index("month")
errors = tables.errors(reports["as it was"]).query("measure == 'auc'").assign(month=lambda table: table["as_of"].str[:7])
estimated = reports["as it was"].estimated[0]
figure, side = plt.subplots(figsize=(8, 3.6), layout="constrained")
side.axhspan(promised.low, promised.high, color="C7", alpha=0.2, linewidth=0, label="promised by training, with interval")
spread = [came["value"] - came["low"], came["high"] - came["value"]]
side.errorbar(came.index, came["value"], yerr=spread, fmt="o", capsize=4, label="came, with interval")
side.plot(errors["month"], errors["expected"], "C1D", label="estimated at the time")
newest, off = (estimated.as_of[:7], estimated.estimated["auc"]), estimated.largest_error["auc"]
side.errorbar(*newest, yerr=off, fmt="C1D", markerfacecolor="white", capsize=4)
beside = {"xytext": (-8, 0), "textcoords": "offset points", "ha": "right", "va": "center"}
side.annotate(f"estimated; off by\n{off:.3f} at most before", newest, **beside)
side.set(title="AUC of the live predictions, by month", ylim=(0.45, 0.95))
side.legend(loc="upper left", fontsize=8)
plt.show()

# %% [markdown]
# Does a lost feed show in the estimate? The estimate trusts the chances, and chances made from wrong features are wrong: it tells
# how sure the model is, not how good. That is why drift is watched beside it.

# %%
pd.concat({name: tables.expected(report).set_index("measure")["expected"] for name, report in reports.items()}, axis=1).round(3)

# %% [markdown]
# ## What `lifecycle monitor` would say
#
# Exit code 0: nobody must look. 9: somebody must. Each finding has its figure, its limit and what to do; `reports/monitor.html`
# has all pictures and tables.

# %%
pd.set_option("display.max_colwidth", 300)
for name, report in reports.items():
    print(f"{name}: {verdict(report.findings)}")
pd.concat({name: tables.findings(report)[["level", "text", "advice"]] for name, report in reports.items()}).droplevel(1)

# %% [markdown]
# ## What next
#
# | to | run |
# |---|---|
# | watch what is live, as of now | `lifecycle monitor` |
# | see how it would have looked on a day | `lifecycle monitor --as-of 2025-12-01` |
# | see which feed went wrong, and when | `lifecycle log report` |
# | once the feed is mended: predict again | `lifecycle score` |
# | learn from newer months, and promote what passes | `lifecycle retrain` |
# | take a model back that went bad | `lifecycle rollback churn` |
