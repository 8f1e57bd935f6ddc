# %% [markdown]
# # Policy evaluation: what another company file would bring, before anybody sees it
#
# A simulated company decided for two and a half years, and stored with each decision the probability it was drawn with. Its log
# can value another way of deciding, or say that it cannot. There are few customers, so intervals are wide; what is to be seen
# is how it is told.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from features.company import default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import parse_time
from training.policies import tables
from training.policies.evaluate import evaluate
from training.policies.learning import offer_model_before
from training.policies.wording import lead_of
from training.publishing.score import use_company
from training.simulated import simulate

home, until = Home(Path(tempfile.mkdtemp()) / "company"), parse_time("2026-01-01")
simulated = simulate(1600, seed=3, until=until, years=3)
append(home, simulated.tables, receipt=Receipt(until, "given", simulated.observed_until))

# %% [markdown]
# ## The live file, and one that presses gifts
#
# Four of the ten offers of the shipped file were never made in this company: they begin later. Much is drawn by lot, so that a
# short log tells something. The new file differs in one line: a lever of nine times for thank-you gifts, which nearly
# everybody accepts.

# %%
text = default_company_text("default").replace("control_share = 0.05", "control_share = 0.4")
for name in ("onboarding_call", "annual_plan", "success_review", "referral_invite"):
    text = text.replace(f'id = "{name}"\n', f'id = "{name}"\nstarts_on = 2030-01-01\n')
live = read_company(text)
gifts = read_company(text.replace("kinds = { onboarding = 10.0 }", "kinds = { loyalty = 900.0 }"))
use_company(home, live, at=until)
report = evaluate(home, gifts, days=730, learn=offer_model_before)
print("\n".join(lead_of(report)))

# %% [markdown]
# What differs, and what the figures rest on:

# %%
print("\n".join([*report.changes, "", *report.assumptions]))

# %% [markdown]
# ## Can the log tell?
#
# First the probability that a policy puts on what could not have been drawn by lot there, then the mean weight, which should be
# 1, then how many decisions of the policy itself the log is worth.

# %%
tables.support(report)

# %% [markdown]
# ## What a decision is worth
#
# Four estimators, each with its interval by customer; the difference is paired, so it is surer than either value.

# %%
tables.values(report)

# %%
values = tables.values(report)
shown = values[values["policy"] != "new less live"]
labels = shown["estimator"] + ", " + shown["policy"]
figure, axes = plt.subplots(figsize=(7, 3))
axes.hlines(labels, shown["low"], shown["high"], color="#2f6f9f")
axes.plot(shown["value"], labels, "o", color="#2f6f9f")
axes.set_xlabel("EUR a decision")
plt.tight_layout()
plt.show()

# %% [markdown]
# ## What would be offered, and who comes out ahead

# %%
tables.offers(report).round(3)

# %%
tables.groups(report)

# %% [markdown]
# ## What each part of the live policy brings
#
# From decisions drawn by lot alone: by lot among what is eligible, by lot among what passes every gate, by effect, without
# levers, and the whole.

# %%
tables.split(report)

# %% [markdown]
# ## What is refused
#
# A new offer was never made, and another contact policy would have left another history. No log can value those: they need a
# live test.

# %%
for changed in (text.replace("contacts = 3, days = 7", "contacts = 9, days = 7"), text.replace("loyalty_gift", "birthday_gift")):
    refused = evaluate(home, read_company(changed), days=730, learn=offer_model_before)
    print("\n".join(lead_of(refused)), "\n")
