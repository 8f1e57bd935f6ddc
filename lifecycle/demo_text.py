"""What does a demo tell at its end: the two answers, who may ask and sign in, and what to try next."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.home import Home
from lifecycle.decision_text import accepting_text, decision_text
from lifecycle.question import Question


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in to the agent page, with the password that only the demo tells."""

    name: str
    password: str


@dataclass(frozen=True)
class Demo:
    """A company built by the demo: where it stands, whom to ask about with which key, and who may sign in to the agent page."""

    home: Home
    customer_id: str
    key: str
    account: Account
    currency: str

    @property
    def questions(self) -> tuple[Question, Question]:
        """Return what a CRM asks: everything about the customer, and what to offer them now."""
        path = f"/v1/customers/{self.customer_id}"
        return Question(path, self.key), Question(f"{path}/decisions", self.key, "{}")


def demo_text(built: Demo, answers: Sequence[dict[str, Any]], url: str, *, is_served: bool) -> str:
    """Return the end of a demo; where it is not served, the command that would serve it at `url` comes first."""
    card, decision = answers
    command = command_of(built)
    serving = "" if is_served else f"not served; this serves it  {command} serve\n"
    return f"""
{built.questions[0].curl(url)}
{json.dumps(card, indent=2)}

What to offer them now? This is the answer in short; asked again by then, it is the same.
{built.questions[1].curl(url)}
{decision_text(decision, currency=built.currency)}

{serving}URL         {url}
demo key    {built.key}
agent page  {url}/page/  sign in as {built.account.name} with {built.account.password}

Try next{", in another terminal" if is_served else ""}
{accepting_text(decision, built.key, url)}  what is live, and since when:
    {command} models
  a prediction for every customer:
    {command} score --out {built.home.root / "scores.csv"}
  a key for your own program, and a colleague on the agent page:
    {command} keys create --name crm --scope read --scope decide
    {command} users create ana --role agent
  whom the offers miss, and what decides who gets which:
    {command} policy find
  what calling by the model would have brought (some minutes; the agent page shows it too):
    {command} backtest
  is this installation sound:
    {command} doctor
  how the model was graded, with pictures (Ctrl-C ends it):
    {_program("mlflow")} ui --backend-store-uri sqlite:///{built.home.mlflow.absolute()}/mlflow.db"""


def command_of(built: Demo) -> str:
    """Return how to call the command line for the demo's installation."""
    return f"LIFECYCLE_HOME={built.home.root} {_program('lifecycle')}"


def _program(name: str) -> str:
    """Return how to call a program of this environment from here: by its name if that finds it, else by its path."""
    beside = Path(sys.executable).parent / name
    if (found := shutil.which(name)) and Path(found).resolve() == beside.resolve():
        return name
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)
