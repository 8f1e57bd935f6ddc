# %% [markdown]
# # A tour of the data, before anything is modelled
#
# What does the log hold, how does it arrive, and what is wrong with it? Who are the customers, how do they move, get started and
# fare? And what do those who leave look like half a year before, beside those who stay? A simulated company of 600 people; on
# your own data leave out `simulate_into`.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.dates import ConciseDateFormatter

from features.contracts import SOURCES
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log import EventLog
from features.quality.assess import assess
from features.snapshot import read_snapshot
from features.times import WEEK, monday_at_or_before, month_starts, parse_time, to_datetime
from lifecycle.simulate import simulate_into
from training.contest import features_alone
from training.examples import stack_examples
from training.kpis.chapters.onboarding import onboarding_chapter
from training.kpis.chapters.stages import stages_chapter
from training.kpis.report import kpi_report
from training.labels.churn import label_churn
from training.questions.churn.question import ChurnQuestion

home = Home(Path(tempfile.mkdtemp()))
company = simulate_into(home, customers=600, seed=6, years=2)
log, question = EventLog.open(home), ChurnQuestion(company)
stacked = stack_examples(home, question)
quality = assess(home)

# %% [markdown]
# ## Eight sources
#
# A row is an id, whatever became known of it later is another *version*: nearly every ticket has two (opened, resolved), an offer
# one for each answer. `known within a day` says how soon the first version arrived; features see no row before it was known.

# %%
sources = {source.name: source for source in quality.sources}
pd.DataFrame.from_dict(
    {
        name: {
            "a row is": SOURCES[name].meaning,
            "rows": source.rows,
            "versions": source.versions,
            "customers": source.customers,
            "known within a day": f"{1 - source.lateness.over_day_share:.1%}",
            "latest after": f"{source.lateness.longest:.0f} days",
            "complete until": source.observed_until[:10],
        }
        for name, source in sources.items()
    },
    orient="index",
)

# %% [markdown]
# How they arrive, week by week. What is shaded was told as a gap: days without a row that chance does not explain.

# %%
figure, sides = plt.subplots(4, 2, figsize=(11, 7), sharex=True, layout="constrained")
for side, (name, source) in zip(sides.flat, sources.items(), strict=True):
    weeks = pd.date_range(source.weeks.first, periods=len(source.weeks.rows), freq="W-MON")
    side.fill_between(weeks[:-1], source.weeks.rows[:-1], step="post", alpha=0.6)  # the last week may not be over
    side.set_title(f"{name}, rows a week", fontsize=10)
    side.set_ylim(0, None)
    side.xaxis.set_major_formatter(ConciseDateFormatter(side.xaxis.get_major_locator()))
    for gap in source.gaps:
        side.axvspan(pd.Timestamp(gap.begin), pd.Timestamp(gap.end), color="C3", alpha=0.5, linewidth=0)

# %% [markdown]
# And how late. A feature of the last seven days lacks what comes later than that: here little, but look at it for each feed.

# %%
delays = pd.DataFrame({name: source.lateness.by_delay for name, source in sources.items()}).T
axes = delays.div(delays.sum(axis=1), axis=0).iloc[::-1].plot.barh(stacked=True, colormap="viridis", figsize=(9, 3.4), width=0.8)
axes.set(title="How long after it happened a row was known", xlabel="share of rows", xlim=(0, 1))
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.tight_layout()

# %% [markdown]
# ## What is wrong with it
#
# `lifecycle log report` says what somebody must look at, the weightiest first. `act` is for what makes features or labels wrong
# now. The simulator planted two faults; that tenure moved is no fault: a young company's customers grow older.

# %%
pd.set_option("display.max_colwidth", 400)
pd.DataFrame([{"level": each.level, "about": each.about, "found": each.text, "do": each.advice} for each in quality.findings])

# %% [markdown]
# Why a gap matters: on the Monday after it everybody's use seems to have fallen by more than half. A model that learns from that
# Monday learns that such a fall means nothing, and one that is asked on it warns of everybody. The fall at the turn of the year
# is no fault: it really was quiet, and no gap is told.

# %%
(gap,) = sources["usage"].gaps
mondays = [monday_at_or_before(parse_time(gap.end)) + place * WEEK for place in range(-6, 7)]
lately = compute_snapshots(home, company.catalogue.only(["usage_count_7d", "usage_days_since_last"]), mondays)
seen = pd.DataFrame(
    {to_datetime(each.as_of): read_snapshot(each.path)[lambda told: told["usage_days_since_last"] < 60].mean() for each in lately}
).T
figure, side = plt.subplots(figsize=(9, 3), layout="constrained")
side.plot(seen.index, seen["usage_count_7d"], marker="o")
side.axvspan(pd.Timestamp(gap.begin, tz="UTC"), pd.Timestamp(gap.end, tz="UTC"), color="C3", alpha=0.5, linewidth=0)
side.xaxis.set_major_formatter(ConciseDateFormatter(side.xaxis.get_major_locator()))
side.set(title="Uses in the last 7 days as of each Monday, mean of active customers; the gap is shaded", ylim=(0, None))
plt.show()

# %% [markdown]
# ## Customers by stage, and how they move
#
# The figures are those of `lifecycle report`: what the page draws is here as tables. Stages are rules of the company file; the
# move is from a month's start to its end, over the last three months together.

# %%
report = kpi_report(home, company, as_of=log.manifest.observed_until["usage"])
drawn = {each.name: each.table for chapter in (stages_chapter, onboarding_chapter) for each in chapter(report).exhibits}
order = list(company.stage_set.order)
counts = drawn["stage_counts"].pivot(index="month", columns="stage", values="value")[order]
moves = drawn["stage_moves"].pivot(index="row", columns="column", values="value").reindex(index=order, columns=order)
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained", width_ratios=[1.3, 1])
counts.plot.bar(stacked=True, ax=left, width=0.9, rot=45, xlabel="", title="Customers and prospects by stage")
left.legend(loc="upper left", fontsize=8)
right.imshow(moves, cmap="Blues", vmin=0, vmax=1, aspect="auto")
for (before, after), share in np.ndenumerate(moves):
    right.text(after, before, f"{share:.0%}", ha="center", va="center", color="white" if share > 0.6 else "black")
right.set_xticks(range(len(order)), order, rotation=25)
right.set_yticks(range(len(order)), order)
right.set(title="From the stage on the left, within a month, to", xlabel="", ylabel="")
plt.show()

# %% [markdown]
# ## How new customers get started
#
# A cohort is a quarter of joining. Days are medians after Kaplan and Meier: who has not come there yet counts as not yet, and is
# not left out. Means of those who finished would flatter every young cohort. A cohort is drawn once its time is over.

# %%
days = drawn["cohort_days"].query("complete").pivot(index="cohort", columns="measure", values="value")
shares = drawn["cohort_shares"].query("complete").pivot(index="cohort", columns="measure", values="value")
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
milestones = [f"days_to_{each.name}" for each in company.milestones]
days[milestones].plot.bar(ax=left, rot=0, width=0.85, xlabel="joined in", title="Days until half have reached each milestone")
left.legend([name.removeprefix("days_to_") for name in milestones], fontsize=8)
told = [name for name in shares.columns if "_by_day_" not in name or name.startswith("onboarded")]
shares[told].plot(ax=right, marker="o", ylim=(0, 1), xlabel="joined in", title="Share of a cohort")
right.legend([name.replace("_", " ") for name in told], fontsize=8)
plt.show()

# %% [markdown]
# ## How they fare, by stage
#
# Bars are 95 % intervals, a red tick is the limit that the company file sets for the stage. With few answers a score says little,
# so a limit is breached *for sure* only where the whole interval lies past it. The table has every KPI that has a limit.

# %%
shown = {
    "nps_score": "NPS answer, 0 to 10",
    "tickets_per_customer": "tickets a customer",
    "first_response_hours": "hours to a first answer",
    "churn_rate": "share that left",
}
lines = pd.DataFrame([{"stage": stage.stage, **vars(line)} for stage in report.stages.stages for line in stage.kpis]).astype(
    dict.fromkeys(("value", "low", "high", "minimum", "maximum"), float)
)
figure, sides = plt.subplots(1, 4, figsize=(13, 3.2), sharey=True, layout="constrained")
for side, (kpi, title) in zip(sides, shown.items(), strict=True):
    each = lines[lines["kpi"] == kpi]
    spread = [each["value"] - each["low"], each["high"] - each["value"]]
    side.errorbar(each["value"], each["stage"], xerr=spread, fmt="o", capsize=3)
    side.plot(each["minimum"].fillna(each["maximum"]), each["stage"], "|", color="C3", markersize=16, markeredgewidth=2)
    side.set(title=title)
sides[0].invert_yaxis()
plt.show()

# %%
judged = lines[lines["verdict"].notna()].sort_values(["verdict", "kpi"])
judged[["stage", "kpi", "value", "low", "high", "minimum", "maximum", "trend", "verdict"]].round(2).reset_index(drop=True)

# %% [markdown]
# ## Who left, and what they looked like
#
# The rows a churn model will learn from: every customer at risk on the first of each month, with what was known that day, and
# whether they left within 90 days. Which features tell most, each alone? The AUC counts whichever way is up.

# %%
examples, left = stacked.examples, stacked.examples.labels[:, question.main]
told = f"{len(left):,} rows of {len(np.unique(examples.customers)):,} customers"
print(f"{told}; {left.mean():.1%} left within {question.horizon_days} days")
alone = features_alone(examples.rows, left, names=examples.names)
pd.Series({each.feature: each.auc for each in alone}, name="AUC alone").round(3).to_frame()

# %% [markdown]
# None tells much alone, and most of them say the same again: how much a customer uses. What else there is shows when the share
# that left is drawn over a feature: above in fifths of the rows, below by value, the outermost bars holding all beyond. The
# dashed line is the share of all.

# %%
rows = pd.DataFrame(examples.rows, columns=list(examples.names)).assign(left=left)
by_fifths, by_value = (
    ["usage_count_30d", "usage_momentum", "contract_days_left"],
    {
        "tickets_complaints_365d": (0, 2),
        "surveys_nps_last": (4, 10),
        "milestones_overdue": (0, 3),
    },
)
fifths = {name: pd.qcut(rows[name], 5, labels=["lowest", "2", "3", "4", "highest"]) for name in by_fifths}
values = {name: rows[name].clip(*ends).astype("Int64") for name, ends in by_value.items()}
figure, sides = plt.subplots(2, 3, figsize=(12, 5.6), sharey=True, layout="constrained")
for side, (name, groups) in zip(sides.flat, {**fifths, **values}.items(), strict=True):
    rows.groupby(groups, observed=True)["left"].mean().plot.bar(ax=side, rot=0, xlabel="", title=name, color="C0")
    side.axhline(left.mean(), linestyle="--", color="black", linewidth=0.8)
sides[0, 0].set_ylabel("share that left")
sides[1, 0].set_ylabel("share that left")
plt.show()

# %% [markdown]
# ## Trends say more than levels
#
# Who uses little may always have used little. In thirds of the level (uses in a year) and of the trend (`usage_momentum`: the
# last weeks beside the months before): from left to right the share that left falls by more than from the top to the bottom.

# %%
thirds = {
    name: pd.qcut(rows[name].rank(method="first"), 3, labels=labels)
    for name, labels in {
        "usage_count_365d": ["used little", "some", "used much"],
        "usage_momentum": ["falling", "steady", "rising"],
    }.items()
}
table = rows.groupby(list(thirds.values()), observed=True)["left"].mean().unstack()
figure, side = plt.subplots(figsize=(5.5, 3.4), layout="constrained")
side.imshow(table, cmap="Reds", vmin=0, vmax=2 * table.to_numpy().max(), aspect="auto")
for (row, column), share in np.ndenumerate(table):
    side.text(column, row, f"{share:.1%}", ha="center", va="center")
side.set_xticks(range(3), table.columns)
side.set_yticks(range(3), table.index)
side.set(title="Share that left, by level and trend of use")
plt.show()

# %% [markdown]
# And looked back at, from each first of a month: half a year before, those who would leave had complained no more than others.
# Then complaints rise and use falls, while little moves among those who stayed. Each point holds only what was known by then.
# Bars are 1.96 standard errors; a customer stands in several months, so trust them a little less.

# %%
moments = month_starts(parse_time("2024-07-01"), parse_time("2025-09-01"))
looks = [read_snapshot(each.path) for each in compute_snapshots(home, company.catalogue, moments)]
asked = label_churn(log, company, as_ofs=moments[6:])
before = pd.concat(
    looks[place + 6 - months][["usage_count_30d", "tickets_complaints_90d", "surveys_nps_last"]]
    .reindex(labels.ids.to_pylist())
    .assign(months=-months, left=np.where(labels.values[:, question.main] > 0, "left within 90 days", "stayed"))
    for place, labels in enumerate(asked)
    for months in range(7)
)
means = before.groupby(["left", "months"]).agg(["mean", "sem"])
titles = ["uses in 30 days", "complaints in 90 days", "newest NPS answer"]
figure, sides = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained")
for side, name, title in zip(sides, before.columns, titles, strict=False):
    for who, colour in {"left within 90 days": "C3", "stayed": "C0"}.items():
        told = means.loc[who, name]
        side.errorbar(told.index, told["mean"], yerr=1.96 * told["sem"], marker="o", capsize=2, label=who, color=colour)
    side.set(title=title, xlabel="months before the moment asked about", ylim=(0, None))
sides[0].legend()
plt.show()

# %% [markdown]
# ## What next
#
# | to | run |
# |---|---|
# | see the quality report as a page, with every column of every source | `lifecycle log report` |
# | see all KPIs as a page, with limits, trends and CSV | `lifecycle report` |
# | see what each feature means | `lifecycle features describe` |
# | train, and see the model beside simple rules | `lifecycle train churn`, or `07_comparing_and_promoting.py` |
