# %% [markdown]
# # Offers: who takes one, and what does making it change?
#
# Two questions that are often taken for one. *Acceptance* is learned from offers that were really shown, to customers somebody
# chose: it tells who says yes. *Uplift* is what making an offer adds to the margin, shown or not; only decisions drawn by lot
# can tell it. A simulated company of 900 people over two years is small: acceptance can be learned here, and effects hardly.

# %%
import json
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.log.store import EventLog
from features.times import parse_time
from lifecycle.simulate import simulate_into
from lifecycle.training_tables import measures_text
from models.bundle import model_file
from models.learners.boosting import BoostingPreset
from models.offer import EVIDENCE, Terms
from models.offer.fit import OfferRecipe
from training.decided import decided_rows
from training.questions.offer.question import OfferQuestion
from training.rewards import rewards
from training.train import TrainingRun, train

home = Home(Path(tempfile.mkdtemp()) / "home")
simulate_into(home, customers=900, seed=5, years=2)
company = read_company(default_company_text("default"))
store_company(home, company)

# %% [markdown]
# ## What was decided
#
# One row a decision at rank 1, with the customer as known the Monday before: whatever became known later is in none of them. Only
# `control` and `explore` were drawn by lot. The reward is the margin of the following days less what the offer cost.

# %%
decided = decided_rows(home, company)
made = decided.decisions
earned = rewards(EventLog.open(home), made, company)
table = pd.DataFrame(
    {
        "offer": made.offers.to_pylist(),
        "arm": made.arms.to_pylist(),
        "shown": made.shown,
        "accepted": made.accepted & made.shown,
        "reward": earned.net,
    }
)
table.groupby(["offer", "arm"]).agg(decided=("shown", "size"), shown=("shown", "sum"), accepted=("accepted", "sum"))

# %% [markdown]
# ## Who takes an offer
#
# Graded at past months, each learned from what had closed before it, beside baselines with names: how often the offer is taken by
# all (`offer_popularity`), the same by channel, the customer's own answers so far, and one in ten as declared. Few trees, to be
# quick; `lifecycle train offer` grows more.

# %%
quick = BoostingPreset(leaves=6, rounds=60, bag=1, feature_share=0.8, most_columns=400)
recipe = OfferRecipe(trees=quick)
trained = train(home, OfferQuestion(company, recipe), run=TrainingRun(parse_time("2026-01-01")))
print(measures_text(trained.report))

# %% [markdown]
# Is the level of every offer right? What was said on average beside what came, over the months graded. The bars are two standard
# errors of what came.

# %%
lines = pd.DataFrame(trained.report.findings["offers"])
figure, axis = plt.subplots(figsize=(6.4, 4.4))
error = 2 * np.sqrt(lines["came"] * (1 - lines["came"]) / lines["shown"])
axis.errorbar(lines["said"], lines["came"], yerr=error, fmt="o")
axis.plot([0, 1], [0, 1], color="grey", linewidth=1)
for line in lines.itertuples():
    axis.annotate(line.offer, (line.said, line.came), textcoords="offset points", xytext=(6, -10), fontsize=8)
axis.set(xlabel="chance said, mean", ylabel="share that accepted", title="Offers at past months")
lines.round(3)

# %% [markdown]
# ## What each estimate rests on
#
# An offer is mature from 200 acceptances on. Until then its interval is wide (`spread` is half of it, in log-odds), and `ramp`
# says how far it is there. This file is read by the service, which opens no tree.

# %%
evidence = json.loads(model_file(home, trained.model_sha, EVIDENCE))
pd.DataFrame(evidence).transpose()

# %% [markdown]
# ## An offer nobody has seen
#
# It has no level of its own yet; its kind, value, cost and channel speak for it, and the customer's answers to such offers. So it
# has a score from its first day, and not the same one for everybody.

# %%
rows, names = decided.rows[-2000:], decided.names
gift = Terms("spring_gift", "email", "loyalty", 25.0, 5.0, None, 0.05)
plan = Terms("second_plan", "phone", "up_sell", 90.0, 2.0, None, 4.0)
chances = pd.DataFrame(trained.model.offering([gift, plan]).acceptances(rows, names=names), columns=[gift.name, plan.name])
chances.plot.hist(bins=40, alpha=0.6, title="Chance that a new offer is taken")
chances.describe().loc[["mean", "min", "max"]]

# %% [markdown]
# ## When to contact
#
# An hour is named only where customers say yes more often than chance explains. All times are UTC.

# %%
print("\n".join(times.words() for times in trained.model.knowledge.contact_times.values()))

# %% [markdown]
# ## What making an offer changes
#
# Learned only from decisions drawn by lot, `nothing` being the control, and refused where these are too few: then what the
# company file declares stands. What is not told apart from nothing is said to be nothing.

# %%
uplift = trained.model.uplift
print(uplift.verdict if uplift else "too few decisions were drawn by lot: every effect is assumed, as the company file declares")
pd.DataFrame([vars(each) for each in uplift.answers] if uplift else [])
