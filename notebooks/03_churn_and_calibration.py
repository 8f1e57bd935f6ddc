# %% [markdown]
# # Churn: graded walking forward, and why we do not calibrate by habit
#
# How good would the model have been at past moments, beside simple rules with names? And what happens to its chances if they are
# "corrected" on the newest months?

# %%
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import expit

from features.home import Home
from features.times import DAY, format_time
from lifecycle.simulate import simulate_into
from models.churn import baseline_recipes, default_recipe, fit_churn
from models.learners.calibration import CANDIDATES, fit_calibration, log_loss
from training.examples import stack_examples
from training.folds import walk_forward_folds
from training.questions.churn.question import ChurnQuestion

home = Home(Path(tempfile.mkdtemp()))
company = simulate_into(home, customers=600, seed=3, years=3)
question = ChurnQuestion(company)
stacked = stack_examples(home, question)
examples, main = stacked.examples, question.horizons_days.index(question.horizon_days)
print(f"{len(examples.rows):,} rows of {len(np.unique(examples.customers)):,} customers, {question.horizon_days} days ahead")

# %% [markdown]
# ## Past moments, each with what was known then
#
# At each moment a model learns only from rows whose labels had closed, and is asked about who was at risk. Labels of later months
# are not there yet: the gap is as long as the longest horizon and the days of grace.

# %%
folds = walk_forward_folds(examples.as_ofs, gap_days=question.gap_days)
tested = [examples.labels[fold.test, main] for fold in folds]
days = [format_time(fold.origin)[:10] for fold in folds]
pd.DataFrame(
    {
        "learned from": [len(fold.train) for fold in folds],
        "asked about": [len(fold.test) for fold in folds],
        "share that left": [left.mean().round(3) for left in tested],
    },
    index=days,
)

# %% [markdown]
# ## Beside its baselines
#
# The prior says the same of everybody; `rfm_logistic` knows recency, frequency, money and tenure. Lower log-loss is better.

# %%
chosen = default_recipe(question.definition, question.horizons_days)
recipes = [replace(chosen, bag=1), *baseline_recipes(question.definition, question.horizons_days)]
said = {
    recipe.name: [
        fit_churn(stacked.part(fold.train, known_at=fold.origin), recipe=recipe, seed=0).log_odds(
            examples.rows[fold.test], names=examples.names
        )[:, main]
        for fold in folds
    ]
    for recipe in recipes
}
by_moment = {name: [log_loss(*pair) for pair in zip(odds, tested, strict=True)] for name, odds in said.items()}
losses = pd.DataFrame(by_moment, index=days)
losses.loc["all"] = [log_loss(np.concatenate(odds), np.concatenate(tested)) for odds in said.values()]
losses.round(4)

# %% [markdown]
# ## Do the chances mean what they say?
#
# Customers in fifths of their predicted chance, over all past moments: of those said to leave with 20 %, about 20 % should have
# left.

# %%
blend = recipes[0].name
chances, left = expit(np.concatenate(said[blend])), np.concatenate(tested)
fifths = pd.DataFrame({"predicted": chances, "left": left}).groupby(pd.qcut(chances, 5, labels=False), observed=True).mean()
axes = fifths.plot(x="predicted", y="left", marker="o", legend=False, figsize=(4.5, 4.5), ylabel="share that left", xlabel="said")
axes.axline((0, 0), slope=1, linestyle="--", color="grey")
axes.set_title("Predicted and observed, uncalibrated")
plt.tight_layout()

# %% [markdown]
# ## Calibration on the newest month: a correction that harms
#
# A calibration is fitted on the answers to the newest month whose labels had closed, and used on the moment after. Few leave in
# one month, and each month has a level of its own: a curve bent to it carries both into the future. `none` is the answer that
# must be beaten.

# %%
origins = np.array([fold.origin for fold in folds])
closed = [np.flatnonzero(origins + question.gap_days * DAY <= origin) for origin in origins]
pairs = [(before[-1], later) for later, before in enumerate(closed) if len(before)]
harm = pd.DataFrame(
    {
        kind: [
            log_loss(fit_calibration(kind, said[blend][newest], tested[newest]).apply(said[blend][later]), tested[later])
            for newest, later in pairs
        ]
        for kind in CANDIDATES
    },
    index=[f"{days[newest]} used on {days[later]}" for newest, later in pairs],
)
harm.loc["mean"] = harm.mean()
harm.round(4)

# %%
(harm.drop(columns="none").sub(harm["none"], axis=0)).plot.bar(figsize=(8, 3.5), ylabel="log-loss more than uncalibrated", rot=20)
plt.axhline(0, color="black", linewidth=0.8)
plt.tight_layout()

# %% [markdown]
# ## So calibration is a candidate, not a habit
#
# `lifecycle train churn` lets each kind of calibration compete, fitted on several closed moments and judged on later ones. It is
# kept only if it does better there, and the report says what each would have cost.
