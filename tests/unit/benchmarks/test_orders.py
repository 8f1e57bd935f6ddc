"""A campaign of runs of the suite: what is asked of pytest, what is kept, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.orders import Run, campaign, results, run_told, wanted


@dataclass
class Pytest:
    """Stands in for pytest: what was asked, and what is answered in turn; it is ended when nothing is left to answer."""

    answers: list[Run]
    asked: list[list[str]] = field(default_factory=list)

    def __call__(self, words: Sequence[str]) -> Run:
        if not self.answers:
            raise KeyboardInterrupt
        self.asked.append([*words])
        return self.answers.pop(0)


def green(runs: int) -> list[Run]:
    return [Run(9, ()) for _ in range(runs)]


def test_three_orders_are_drawn_by_seeds_and_the_rest_is_run_as_it_stands() -> None:
    asked = wanted(["tests/unit/models"], 1.0)

    assert [words for name, words in asked.items() if name.startswith("order")] == [
        ["-p", "randomly", f"--randomly-seed={seed}"] for seed in (1, 2, 3)
    ]
    assert [words for name, words in asked.items() if name.startswith("run")] == [["tests/unit/models"]] * 20


def test_a_campaign_that_was_ended_goes_on_where_it_was(tmp_path: Path) -> None:
    try:
        campaign(tmp_path / "state.json", "abc", part=[], share=1.0, pytest=Pytest(green(5)))
    except KeyboardInterrupt:
        rest = Pytest(green(18))

    assert campaign(tmp_path / "state.json", "abc", part=[], share=1.0, pytest=rest).keys() == wanted([], 1.0).keys()
    assert (len(rest.asked), rest.answers) == (18, [])


def test_another_commit_is_run_anew(tmp_path: Path) -> None:
    campaign(tmp_path / "state.json", "abc", part=[], share=0.1, pytest=Pytest(green(3)))
    again = Pytest(green(3))

    campaign(tmp_path / "state.json", "abd", part=[], share=0.1, pytest=again)

    assert again.answers == []


def test_an_order_in_which_a_test_fails_is_named_with_the_test() -> None:
    orders, _ = results({"order 1": Run(9, ()), "order 2": Run(8, ("t::a",)), "run 1 of all": Run(9, ())}, part=[])

    assert (orders.figure, orders.holds) == ("1 of 2 green; order 2: t::a", False)


def test_a_test_that_fails_now_and_then_is_a_flake_and_one_that_always_fails_is_none() -> None:
    runs = {"order 1": Run(9, ()), "run 1 of all": Run(8, ("t::broken",)), "run 2 of all": Run(7, ("t::broken", "t::moody"))}

    _, flakes = results(runs, part=[])

    assert (flakes.figure, flakes.holds) == ("1 in 2 runs; t::moody", False)


def test_what_failed_or_could_not_begin_is_read_from_what_pytest_tells() -> None:
    told = "FAILED a.py::b - assert 0\nERROR a.py::c[x - y] - LookupError: FAILED z::z\n= 1 failed, 7 passed, 1 error in 2.0s =\n"

    assert run_told(told, status=1) == Run(7, ("a.py::b", "a.py::c[x - y]"), run_told(told, status=1).date)


def test_a_run_that_was_cut_short_is_a_failure_though_it_names_no_test() -> None:
    assert run_told("INTERNALERROR> KeyError", status=3).failed == ("the run itself ended with 3",)
