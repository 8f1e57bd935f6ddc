# %% [markdown]
# # Value: what customers are worth, how sure that is, and what to do about it
#
# The margin a customer brings within 90 days, discounted, less what serving costs. How good is a forecast of money, beside simple
# rules with names? And what follows for treatment, for acquisition, and for the lever to pull?

# %%
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from features.home import Home
from features.log import EventLog
from features.references.ladders import Ladder
from features.times import format_time
from lifecycle.simulate import simulate_into
from models.churn import default_recipe, fit_churn
from models.value.acquisition import Acquired, by_channel_and_cohort
from models.value.categories import category_places, value_columns
from models.value.levers import LEVERS, GoodCustomer, LeverTerms, fitting_lever, stakes
from models.value.money import Money
from models.value.recipe import VALUE_PRESET
from training.examples import stack_examples
from training.folds import walk_forward_folds
from training.measures.amounts import MEASURES, measure
from training.measures.resamples import Resamples, estimates
from training.publishing.scene import newest_scene
from training.questions.churn.question import ChurnQuestion
from training.questions.value.question import ValueQuestion

home = Home(Path(tempfile.mkdtemp()))
company = simulate_into(home, customers=1_000, seed=5, years=2).model_copy(update={"horizons_days": (90,)})
question = ValueQuestion(company, preset=replace(VALUE_PRESET, bag=1, rounds=40, learning_rate=0.11))
stacked = stack_examples(home, question)
examples, came = stacked.examples, stacked.examples.labels[:, -1]
print(f"{len(examples.rows):,} rows of {len(np.unique(examples.customers)):,} customers, {question.horizon_days} days ahead")

# %% [markdown]
# ## What money looks like
#
# Most customers bring nothing or little in 90 days, some cost more than they bring, and a few bring most of it. No one figure
# grades such a forecast.

# %%
shares = {"bring nothing": came == 0, "cost more than they bring": came < 0, "bring something": came > 0}
largest = np.sort(came)[::-1]
print(*(f"{of.mean():.0%} {name}" for name, of in shares.items()), sep=", ")
print(f"the tenth who bring most bring {largest[: len(came) // 10].sum() / came.sum():.0%} of all money")
axes = pd.Series(came).clip(*np.quantile(came, [0.005, 0.97])).plot.hist(bins=60, figsize=(8, 3), log=True)
axes.set(
    title="Margin less cost to serve within 90 days; the outermost bars hold all beyond", xlabel=company.currency, ylabel="rows"
)
plt.tight_layout()

# %% [markdown]
# ## Graded at past moments, beside rules with names
#
# `own_past_rate`: as in the past year. `btyd_gamma_gamma`: rhythm and size of purchases, as published. `mean`: the same for
# everybody. And one more, to learn from: `nothing` says that nobody brings anything.

# %%
contest = question.contest(stacked, seed=0)
tested = np.concatenate([fold.test for fold in walk_forward_folds(examples.as_ofs, gap_days=question.gap_days)])
nothing = estimates(
    measure(np.zeros(len(tested)), came[tested], resamples=Resamples(examples.customers[tested], count=0, seed=0))
)
shown = ["mae", "loss", "spearman", "total_bias", "top_decile_share"]
graded = pd.DataFrame(
    {name: {of: each.value for of, each in told.items()} for name, told in {**contest.tables.pooled, "nothing": nothing}.items()}
).T[shown]
print(*(f"{name}: {MEASURES[name]}" for name in shown), sep="\n")
graded.round(3)

# %% [markdown]
# By the mean absolute error alone, who forecasts nothing for everybody beats baselines that know something: of the many who bring
# nothing it is exactly right. But it orders nobody, and the company would plan with no income. So blends are chosen by `loss`,
# which adds the size of the mean error, month by month, and order and total stand beside it.

# %%
figure, sides = plt.subplots(1, 3, figsize=(11, 3.6), sharey=True, layout="constrained")
for side, name in zip(sides, ["mae", "spearman", "total_bias"], strict=True):
    graded[name].plot.barh(ax=side, title=name, color=["C0", *["lightgrey"] * (len(graded) - 1)])
    side.axvline(0, color="black", linewidth=0.8)
sides[0].invert_yaxis()

# %% [markdown]
# Does as much come as was forecast? Customers in tenths of their forecast, over all past moments. Where a small company's
# forecast falls short, most of what is missing came from the lowest tenths: customers of whom hardly anything was expected.

# %%
tenths = pd.DataFrame(contest.findings["tenths"]).set_index("tenth")
axes = tenths[["forecast", "came"]].plot.bar(figsize=(8, 3.5), rot=0, ylabel=f"{company.currency} a customer")
axes.set_title("Forecast and come, by tenth of the forecast")
plt.tight_layout()

# %% [markdown]
# ## How sure: the interval
#
# `value_low` to `value_high` should hold eight customers in ten: at each past moment, learned from moments before it, and for
# small forecasts as for large ones. A mean over all would hide that the ends fit nobody.

# %%
pd.DataFrame(contest.findings["coverage"]).set_index("origin").round(3)

# %%
by_tenth = pd.DataFrame(contest.findings["coverage_by_tenth"]).set_index("tenth")
axes = by_tenth[["below", "covered", "above"]].plot.bar(
    stacked=True, color=["C1", "lightgrey", "C0"], figsize=(8, 3.5), rot=0, ylabel="share of customers"
)
axes.set_title("Where the money came to lie: below, between, above the ends")
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.tight_layout()

# %% [markdown]
# ## What each customer is worth today
#
# What ships is the chosen blend fitted again on all mature rows, with the ends learned from the folds.

# %%
model = question.fit(stacked, contest, seed=0)
newest = stacked.newest
score = pd.DataFrame(model.score(newest.matrix, names=newest.names), index=pd.Index(newest.ids.to_pylist(), name="customer_id"))
print(f"as of {format_time(newest.as_of)[:10]}: {score[f'value_{question.horizon_days}'].sum():,.0f} {company.currency} from all")
score.nlargest(5, f"value_{question.horizon_days}").round(1)

# %% [markdown]
# ## Categories, each with its treatment
#
# The company file says which categories there are, by rule, and what to do with each. The percentile is looked up in a table of
# all customers, so that one customer asked about alone gets the same answer.

# %%
value = score[f"value_{question.horizon_days}"].to_numpy()
features = dict(zip(newest.names, newest.matrix.T, strict=True))
columns = {**features, **value_columns(value, score["value_clv_to_cac"].to_numpy(), Ladder.of(value))}
categories = company.value_categories
placed = pd.Categorical.from_codes(
    category_places(categories, columns, rows=len(value)), categories=[each.name for each in categories]
)
treated = pd.DataFrame({each.name: {"treatment": each.treatment, "because": each.text} for each in categories}).T
by_category = score.assign(category=placed).groupby("category", observed=False)[f"value_{question.horizon_days}"]
treated.join(by_category.agg(customers="size", mean="mean", total="sum").round(0))

# %% [markdown]
# ## Was winning them worth it? CLV to CAC by channel and cohort
#
# The margin still expected within 90 days, and the margin of the whole life so far and expected, over what winning the customer
# cost. `paid_back` is the share of customers who have brought back their cost already.

# %%
log = EventLog.open(home)
profiles = pd.concat([log.bucket("customers", bucket).to_pandas() for bucket in range(log.manifest.buckets)])
profile = profiles[profiles["superseded_at"].isna()].set_index("customer_id").loc[score.index]
acquired = Acquired(
    channels=np.array(profile["channel"].to_list(), dtype=str),
    cohorts=np.array(profile["joined_at"].dt.tz_localize(None).dt.to_period("Q").astype(str).to_list(), dtype=str),
    cost=features["acquisition_cost"],
    so_far=Money.of(newest.matrix, newest.names).so_far(newest.matrix, newest.names),
    expected=value,
)
groups = pd.DataFrame(by_channel_and_cohort(acquired))
groups[groups["cohort"].isin(sorted(groups["cohort"].unique())[-2:])].set_index(["channel", "cohort"]).round(2)

# %%
figure, sides = plt.subplots(1, 2, figsize=(12, 3.6), layout="constrained")
for side, (name, title) in zip(
    sides, {"life_to_cac": "Life so far and expected", "clv_to_cac": "Still expected"}.items(), strict=True
):
    ratios = groups.pivot(index="channel", columns="cohort", values=name)
    picture = side.imshow(ratios, cmap="viridis", norm="log", aspect="auto")
    side.set_xticks(range(len(ratios.columns)), ratios.columns, rotation=45)
    side.set_yticks(range(len(ratios)), ratios.index)
    side.set_title(f"{title}, over the cost of winning them")
    figure.colorbar(picture, ax=side, format="%g")

# %% [markdown]
# ## Which lever fits
#
# Five levers, and the money at stake with each: the size of an opportunity, not an effect, since nobody has measured yet what an
# offer would move. Each growth lever reckons with the whole gap to where the best quarter of customers begins; retention with the
# margin times the chance to leave, so a churn model answers beside, of who is at risk.

# %%
churn = ChurnQuestion(company)
recipe = replace(default_recipe(churn.definition, churn.horizons_days), bag=1)
leaves = fit_churn(stack_examples(home, churn).examples, recipe=recipe, seed=0).predict(newest.matrix, names=newest.names)[:, -1]
at_risk = newest_scene(home, company).is_at_risk
terms = LeverTerms(GoodCustomer.of(features), company.cost_to_serve, company.horizon_days)
at_stake = pd.DataFrame(stakes(features, terms, value=value, leaving=np.where(at_risk, leaves, np.nan)), index=score.index)
fitting = pd.Categorical.from_codes(fitting_lever(dict(at_stake.items())), categories=LEVERS)
print(f"a good customer begins at: {terms.good}")
pd.DataFrame({"customers whose lever it is": pd.Series(fitting).value_counts(), "at stake with all": at_stake.sum().round(0)})

# %%
levers = pd.crosstab(placed, fitting.add_categories("none").fillna("none"), normalize="index")
axes = levers.plot.barh(stacked=True, figsize=(9, 3), xlabel="share of customers", ylabel="")
axes.set_title("The lever that fits, by category")
axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
plt.tight_layout()
