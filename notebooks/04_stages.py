# %% [markdown]
# # Stages: where customers stand, where they go, and what moves them
#
# A stage is a rule of the company file that two looks agree on. Where does everybody stand, and on what evidence? How often does
# one stage follow another? And what does a model know of a customer that the stage does not say?

# %%
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Image

from features.engine.batch import compute_snapshots
from features.home import Home
from features.log import EventLog
from features.stages.everybody import stages_of_everybody
from features.stages.keeping import keep_mondays
from features.stages.stage_rules import StageRules
from features.stages.standing import OneCustomer, stages_of
from features.times import format_time, parse_time, to_datetime
from lifecycle.simulate import simulate_into
from models.learners.boosting import BoostingPreset
from models.transition import fit_transition
from training.examples import stack_examples
from training.folds import walk_forward_folds
from training.questions.transition.findings import flicker_of_sets
from training.questions.transition.question import TransitionQuestion

home = Home(Path(tempfile.mkdtemp()))
company, as_of = simulate_into(home, customers=600, seed=4, years=2), parse_time("2026-01-01")
stage_set = company.stage_set
described = {stage.name: {"it means": stage.text, "the rule": " ".join(stage.rule.text.split())} for stage in stage_set.stages}
pd.set_option("display.max_colwidth", 300)
pd.DataFrame.from_dict(described, orient="index")

# %% [markdown]
# ## Where everybody stands
#
# Rules are asked from the top, the first true one wins. The winner counts once it has won on two Mondays running, or at once if
# the company file says so. Everybody has a place in each of the three sets.

# %%
(snapshot,) = compute_snapshots(home, company.catalogue, [as_of])
rules, kept = StageRules(company), keep_mondays(home, company, as_of)
tables = stages_of_everybody(snapshot, rules, kept)
pd.concat({name: pd.Series(table.counts()) for name, table in tables.items()}).to_frame("customers")

# %%
everybody, codes = tables[stage_set.name], {stage.name: code for code, stage in enumerate(stage_set.stages)}
by_week = pd.DataFrame(
    {name: (everybody.course.stages == codes[name]).sum(axis=0) for name in stage_set.order},
    index=[to_datetime(moment) for moment in everybody.moments],
).loc["2024":]
axes = by_week.plot.area(figsize=(9, 4), linewidth=0, alpha=0.8, ylabel="customers and prospects")
axes.set_title("Everybody by stage, Monday after Monday")
axes.legend(loc="upper left")
plt.tight_layout()

# %% [markdown]
# ## One customer: the stage, the evidence, and since when
#
# The answer can be read to the customer. `since` is the Monday that begins the stay; the history tells each stay before it.

# %%
declining = everybody.course.confirmed[:, -1] & (everybody.codes == codes["decline"])
lives = np.where(declining, (np.diff(everybody.course.stages, axis=1) != 0).sum(axis=1), 0)
customer_id = snapshot.ids[int(lives.argmax())].as_py()
log = EventLog.open(home)
rows = {load.source: log.customer(load.source, customer_id) for load in rules.catalogue.compiled.loads}
standing = stages_of(OneCustomer(customer_id, as_of, rows), rules, kept)[stage_set.name]
print(
    f"{customer_id}: {standing.stage}, since {standing.since and format_time(standing.since)[:10]}",
    *standing.evidence,
    sep="\n  ",
)
pd.DataFrame(
    {"stage": stay.stage, "since": format_time(stay.since)[:10], "until": stay.until and format_time(stay.until)[:10]}
    for stay in standing.history
)

# %% [markdown]
# ## Flicker: why one look is not enough
#
# A customer at the edge of a rule crosses it every other week. `share_by_rules_alone` is the share of customers who ever went
# back to a stage within 30 days of leaving it if each Monday's winner were the stage; `share`, with the second look.

# %%
pd.DataFrame(flicker_of_sets(home, company, as_of=as_of)).set_index("stage_set").round(3)

# %% [markdown]
# ## Where they go: the question, graded at past moments
#
# Persistence says that all stay alike. The Markov matrix says that who stands in a stage goes on as such customers did: the whole
# truth, if the stage were all one can know. The recipe reads every feature. One horizon and few trees, to be quick;
# `lifecycle train transition` takes all horizons and more trees. Lower log-loss is better; its 95 % interval is by customer.

# %%
quick = BoostingPreset(leaves=7, learning_rate=0.2, rounds=10, bag=1)
question = TransitionQuestion(company.model_copy(update={"horizons_days": (90,)}), quick)
stacked = stack_examples(home, question)
contest = question.contest(stacked, seed=0)
pooled = pd.DataFrame({name: {of: each.value for of, each in told.items()} for name, told in contest.tables.pooled.items()}).T
spread = pd.DataFrame({name: vars(told["log_loss"]) for name, told in contest.tables.pooled.items()}).T
pooled[["log_loss", "brier", "accuracy", "macro_auc"]].join(spread[["low", "high"]].add_prefix("log_loss_")).round(3)

# %%
at_moments = {
    format_time(fold.origin)[:7]: {name: told["log_loss"].value for name, told in fold.measures.items()}
    for fold in contest.tables.folds
}
axes = pd.DataFrame(at_moments).T.plot(marker="o", figsize=(8, 3.5), ylabel="log-loss (lower is better)")
axes.set(title=f"Stage {question.horizon_days} days later, at each past moment", ylim=(0, None))
plt.tight_layout()

# %% [markdown]
# ## The matrix of moves
#
# Of all customers asked about at past moments, by the stage they stood in: which share came to which stage.

# %%
pictures = Path(tempfile.mkdtemp())
contest.draw(pictures)
Image(pictures / "heat_map.png")

# %% [markdown]
# The same moves by how many make them:

# %%
Image(pictures / "sankey.png")

# %% [markdown]
# ## What the matrix cannot say
#
# The matrix tells two customers of one stage the same. Both are fitted as of the newest past moment and asked about that day.
# Customers who stood in no exit stage, in fifths of what the recipe says: what share came to decline or lapse, and what was said?

# %%
fold = walk_forward_folds(stacked.examples.as_ofs, gap_days=question.gap_days)[-1]
learning, asked = stacked.part(fold.train, known_at=fold.origin), stacked.examples.rows[fold.test]
recipes = {"recipe": contest.chosen, "markov": replace(contest.chosen, name="markov", members=(("markov", 1.0),))}
models = {name: fit_transition(learning, recipe=recipe, seed=0) for name, recipe in recipes.items()}
main, exits = question.horizons_days.index(question.horizon_days), np.array([stage.exit for stage in stage_set.stages])
chances = {name: model.chances(asked, names=model.feature_names) for name, model in models.items()}
stood, came = models["recipe"].stood(asked), stacked.examples.labels[fold.test, main].astype(int)
leaving = pd.DataFrame({name: told[:, main, exits].sum(axis=1) for name, told in chances.items()}).assign(came=exits[came])[
    ~exits[stood]
]
fifths = leaving.groupby(pd.qcut(leaving["recipe"], 5, labels=["lowest", "2", "3", "4", "highest"]), observed=True).mean()
axes = fifths["came"].plot.bar(color="lightgrey", figsize=(7, 4), rot=0, label="came to decline or lapse")
fifths[["recipe", "markov"]].add_suffix(" said").plot(ax=axes, marker="o")
axes.set(
    title=f"As of {format_time(fold.origin)[:10]}, {len(leaving)} customers",
    xlabel="fifth, by what the recipe says",
    ylabel="share",
)
axes.legend()
plt.tight_layout()

# %% [markdown]
# ## Which signals move a customer
#
# For staff to see them before it happens. The signals of a move set apart who made it from who stayed: `pull` is what a group of
# features adds to the log-odds of the new stage; its strongest feature is shown with the median of those who moved and stayed.
# The group says what its features measure, the medians say which way: `usage_falling` may speak for growth by not falling.

# %%
signals = pd.DataFrame(contest.findings["signals"])
signals.set_index(["from", "to", "signal"]).round(2)

# %% [markdown]
# Out of maturity: red speaks for the move, blue against it.

# %%
made = list(signals[signals["from"] == "maturity"].groupby("to", sort=False))
figure, sides = plt.subplots(1, len(made), figsize=(4 * len(made), 3.2), layout="constrained", sharex=True)
for side, (after, told) in zip(sides, made, strict=True):
    side.barh(told["signal"], told["pull"], color=np.where(told["pull"] > 0, "C3", "C0"))
    side.invert_yaxis()
    side.set(title=f"maturity to {after}", xlabel="pull")
    side.axvline(0, color="black", linewidth=0.8)

# %% [markdown]
# ## How long they stay
#
# `expected_days_left` counts the days of the next year; `still_there` is the share that stood in the stage 90 days later, beside
# what was said. A stage that customers leave in a month leaves little time to act.

# %%
pd.DataFrame(contest.findings["stays"]).set_index("stage").round(2)
