"""The simulated company: customers living through stages, as awkward as life, with the truth kept aside.

The world's numbers are frozen (`PARAMETERS_SHA256`); `simulate` gives tables for the event log and the `Truth` to grade against.
`outlook`, `responses`, `true_effects` and `draw_log` are pure functions of a latent `Standing`, which `draw_crowd` draws without
any history.
"""

from training.simulated.company import ImpossibleCompany, SimulatedCompany, simulate
from training.simulated.crowd import draw_crowd
from training.simulated.outlook import Ahead, Outlook, lived_outlook, outlook
from training.simulated.responses import DrawnLog, Responses, draw_log, responses, true_effects
from training.simulated.standing import Standing
from training.simulated.truth import Truth, write_truth
from training.simulated.world import PARAMETERS_SHA256, WORLD, World

__all__ = [
    "PARAMETERS_SHA256",
    "WORLD",
    "Ahead",
    "DrawnLog",
    "ImpossibleCompany",
    "Outlook",
    "Responses",
    "SimulatedCompany",
    "Standing",
    "Truth",
    "World",
    "draw_crowd",
    "draw_log",
    "lived_outlook",
    "outlook",
    "responses",
    "simulate",
    "true_effects",
    "write_truth",
]
