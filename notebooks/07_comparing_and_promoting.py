# %% [markdown]
# # Comparing runs, promoting one, and going back
#
# A model is live. Is the one trained since any better, and how sure is that? May it go live? What happens on the day it does, and
# how does one go back? Three trainings on a simulated company of 600 people over two years: one with timid trees, one with the
# usual ones, one with greedy ones.

# %%
import tempfile
import textwrap
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown
from matplotlib.dates import ConciseDateFormatter

from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.times import format_time, parse_time, to_datetime
from lifecycle.simulate import simulate_into
from lifecycle.training_tables import gates_text, ledger_text, measures_text
from models.bundle import open_predictions
from models.learners.boosting import BoostingPreset
from training.gates import PromotionRefused
from training.publishing.ledger import live_at, read_ledger
from training.publishing.pointer import Act
from training.publishing.promote import judge, promote
from training.publishing.rollback import rollback
from training.questions.churn.question import ChurnQuestion
from training.records.candidates import stored_candidate
from training.records.card import model_card_opening
from training.records.report import CHAMPION, CHOSEN
from training.tracking.recording import Tracking
from training.tracking.store import name_in_mlflow
from training.train import TrainingRun, train

folder = Path(tempfile.mkdtemp())
home = Home(folder / "home")
simulate_into(home, customers=600, seed=2, years=2)
company = read_company(default_company_text("default").replace("horizons_days = [30, 60, 90]", "horizons_days = [90]"))
store_company(home, company)
usual = BoostingPreset(leaves=6, learning_rate=0.08, rounds=60, bag=1)
timid = ChurnQuestion(company, replace(usual, rounds=15))

# %% [markdown]
# ## The first, beside simple rules with names
#
# Nothing is live yet. The recipe is graded at past moments, each time learned from what was known by then, beside rules that
# anybody could write down: everybody alike (`prior`), the health score, recency, frequency and money.

# %%
first = train(home, timid, run=TrainingRun(parse_time("2026-01-01")))
print(measures_text(first.report))

# %% [markdown]
# One horizon and few trees, to be quick; `lifecycle train churn` takes all horizons and lets several ways to grow trees compete.
# Every gate passes, so it goes live; `Act` says who moves the pointer, when, and with which key the bundle is signed.

# %%
print(gates_text(judge(home, stored_candidate(home, "churn", run_id=first.run_id), company=company)))
entry = promote(home, "churn", act=Act(folder / "signing.key", parse_time("2026-01-02")), run_id=first.run_id)

# %% [markdown]
# ## Two more
#
# Now that a model is live, its *recipe* is fitted and asked again in the same folds as each candidate's. Compared are recipes on
# the same rows, never a fresh model with an old one on rows that one of them learned from.

# %%
second = train(home, replace(timid, preset=usual), run=TrainingRun(parse_time("2026-02-01"), seed=1))
greedy = replace(usual, leaves=63, fewest_rows=5, learning_rate=0.5, l2=0.0)
third = train(home, replace(timid, preset=greedy), run=TrainingRun(parse_time("2026-02-02")))
reports = {"usual": second.report, "greedy": third.report}
pd.DataFrame(
    {
        name: {"chosen": report.chosen.name, **{of: grades["log_loss"].value for of, grades in report.pooled.items()}}
        for name, report in {"timid (live)": first.report, **reports}.items()
    }
)

# %% [markdown]
# Of greedy trees the contest made nothing: they learn by heart, so a regression on recency, frequency and money won. But a
# log-loss by itself says little. What matters is the difference on the same customers, month by month, and how far chance alone
# would move it: bars are 95 % intervals, by draws of whole customers. Left of the line the candidate is better.

# %%
figure, sides = plt.subplots(1, 2, figsize=(12, 4), sharex=True, sharey=True, layout="constrained")
others = {"prior": "C7", "health": "C1", CHAMPION: "C0"}
for side, (name, report) in zip(sides, reports.items(), strict=True):
    for place, (other, colour) in enumerate(others.items()):
        paired = [fold.differences[other]["log_loss"] for fold in report.folds] + [report.differences[other]["log_loss"]]
        value, low, high = np.array([[each.value, each.low, each.high] for each in paired]).T
        rows = np.arange(len(paired)) + 0.22 * (place - 1)
        label = "the live recipe" if other == CHAMPION else other
        side.errorbar(value, rows, xerr=[value - low, high - value], fmt="o", capsize=2, color=colour, label=f"less {label}")
    side.axvline(0, color="black", linewidth=0.8)
    side.axhspan(len(report.folds) - 0.5, len(report.folds) + 0.5, color="C7", alpha=0.15, linewidth=0)
    side.set_yticks(range(len(report.folds) + 1), [*(format_time(fold.origin)[:7] for fold in report.folds), "all together"])
    side.set(title=f"{name}: log-loss of the candidate less another's", xlabel="better  <  difference  >  worse")
sides[0].invert_yaxis()
sides[1].legend(loc="lower left", bbox_to_anchor=(1, 0))
plt.show()

# %% [markdown]
# A month by itself is hardly ever sure. All months together are surer, and the gate reads that line. In other measures: how often
# is one who left put above one who stayed (AUC), and how many times as many leavers are among the tenth scored highest as among
# all (lift)? The health score orders about as well as small trees of few customers do; its log-loss is worse, as its chances are.

# %%
shown = {"auc": "AUC", "lift_top_decile": "lift of the highest tenth"}
asked = {"timid": first.report, **reports}
asked = {name: report.pooled[CHOSEN] for name, report in asked.items()} | {"health score": first.report.pooled["health"]}
pd.DataFrame({title: {name: grades[measure].text for name, grades in asked.items()} for measure, title in shown.items()})

# %% [markdown]
# ## May they go live?
#
# Each gate holds a figure against a limit, and says so: green passed, red is refused. Orange would be held for a person to look
# at, such as what is too good to be true.

# %%
verdicts = {
    name: judge(home, stored_candidate(home, "churn", run_id=report.run_id), company=company) for name, report in reports.items()
}
colours = {"passed": "C2", "held": "C1", "refused": "C3"}
figure, side = plt.subplots(figsize=(13, 4.6), layout="constrained")
for column, gates in enumerate(verdicts.values()):
    for row, gate in enumerate(gates):
        box = plt.Rectangle((column - 0.49, row - 0.44), 0.98, 0.88, color=colours[gate.verdict], alpha=0.3, linewidth=0)
        side.add_patch(box)
        side.text(column, row, textwrap.shorten(gate.figure, 78, placeholder=" ..."), ha="center", va="center", fontsize=8)
side.set_xticks(range(len(verdicts)), [f"{name} trees" for name in verdicts])
side.set_yticks(range(len(gates)), [gate.name for gate in gates])
side.tick_params(length=0, labeltop=True, labelbottom=False)
side.set(xlim=(-0.5, len(verdicts) - 0.5), ylim=(len(gates) - 0.5, -0.5))
side.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# Promoting the greedy one fails, and the message names every figure. Nothing was changed. An admin could write down why it goes
# live all the same.

# %%
try:
    promote(home, "churn", act=Act(folder / "signing.key", parse_time("2026-02-03")), run_id=third.run_id)
except PromotionRefused as refused:
    print(textwrap.fill(str(refused), 120))

# %% [markdown]
# The usual one passes. Before the pointer moves every customer has a prediction by the new model. What changes for the team that
# calls a hundred customers?

# %%
entry = promote(home, "churn", act=Act(folder / "signing.key", parse_time("2026-02-04")), run_id=second.run_id)
before, after = (open_predictions(home, each.live.predictions) for each in read_ledger(home) if each.live.predictions)
chances = pd.DataFrame({"before": before.column("churn_90"), "after": after.column("churn_90")}).dropna()
lists = {when: set(chances[when].nlargest(100).index) for when in chances}
shared = lists["before"] & lists["after"]
print(f"{len(chances)} customers at risk; {len(shared)} of the 100 likeliest to leave are on both lists")
figure, side = plt.subplots(figsize=(5, 4.6), layout="constrained")
both = chances.index.isin(shared)
one = chances.index.isin(lists["before"] ^ lists["after"])
for rows, colour, label in ((~both & ~one, "C7", "on no list"), (both, "C0", "on both lists"), (one, "C3", "on one of them")):
    side.scatter(*chances[rows].to_numpy().T, s=14, color=colour, label=label)
side.plot([0, chances["before"].max()], [0, chances["before"].max()], linestyle="--", color="black", linewidth=0.8)
side.set(title="Chance to leave within 90 days", xlabel="said by the model before", ylabel="said by the model after")
side.legend()
plt.show()

# %% [markdown]
# ## What MLflow holds of it
#
# `lifecycle train` records every training as it runs. Here the two are recorded afterwards, because importing MLflow takes as
# long as a training. MLflow shows and decides nothing: its aliases follow the ledger. `champion` is live, `challenger` is the
# newest that never was. Below the run of a training stand one for each past moment and one for each recipe that competed.

# %%
tracking = Tracking.at_home(home)
recorded = [
    tracking.record(
        home,
        trained.report,
        model=trained.model,
        pictures=stored_candidate(home, "churn", run_id=trained.run_id).folder / "pictures",
    )
    for trained in (second, third)
]
with tracking.connected() as mlflow:
    runs = mlflow.search_runs(experiment_names=[name_in_mlflow("churn")])
    registered = mlflow.MlflowClient().get_registered_model(name_in_mlflow("churn"))
print(f"registered model {registered.name}, version by alias: {registered.aliases}")
nested = runs[runs["tags.mlflow.parentRunId"] == recorded[0]].set_index("tags.mlflow.runName")
shown = ["tags.kind", "metrics.recipe/log_loss", "metrics.prior/log_loss", "metrics.loss", "tags.chosen"]
nested[shown].rename(columns=lambda name: name.partition(".")[2]).head(11).round(4).fillna("")

# %% [markdown]
# ## What was live when, and going back
#
# The ledger has a line for each move of the live pointer, and none is ever changed. Going back moves the pointer to what was
# computed with the promotion: it needs neither MLflow nor any computing, and takes a moment.

# %%
rollback(home, "churn", act=Act(folder / "signing.key", parse_time("2026-03-10"), override="the team wants the list it knows"))
moves = [each for each in read_ledger(home) if each.models]
print(ledger_text(moves, []))

# %%
figure, side = plt.subplots(figsize=(9, 1.6), layout="constrained")
ends = [*(to_datetime(each.at) for each in moves[1:]), to_datetime(parse_time("2026-04-01"))]
shas = list(dict.fromkeys(each.models["churn"] for each in moves))
for each, end in zip(moves, ends, strict=True):
    begin, sha = to_datetime(each.at), each.models["churn"]
    side.barh(0, end - begin, left=begin, color=f"C{shas.index(sha)}", alpha=0.6, edgecolor="white")
    side.text(begin + (end - begin) / 2, 0, f"{each.action}\n{sha[:8]}", ha="center", va="center")
side.xaxis.set_major_formatter(ConciseDateFormatter(side.xaxis.get_major_locator()))
side.set(title="The live churn model", yticks=[])
plt.show()

# %% [markdown]
# Which model told the agent on 20 February what she told the customer?

# %%
then = live_at(home, parse_time("2026-02-20"))
print(f"{then.models['churn'][:12]}, live since {format_time(then.at)[:10]}, run {then.run_id}")

# %% [markdown]
# ## The card of the model
#
# What somebody should know before relying on it: it is stored with each candidate, and is the description of the run in MLflow.

# %%
Markdown(model_card_opening(second.report, characters=5_000))

# %% [markdown]
# ## What next
#
# | to | run |
# |---|---|
# | train, and see figures, gates and the next command | `lifecycle train churn` |
# | look for a better way to grow trees first | `lifecycle train churn --tune 30` |
# | put it live | `lifecycle promote churn` |
# | see what was live when | `lifecycle models --at 2026-02-20` |
# | go back | `lifecycle rollback churn` |
# | let one command do all of it, each night | `lifecycle retrain` |
# | see whether it stays good | `lifecycle monitor`, or `08_drift_and_monitoring.py` |
