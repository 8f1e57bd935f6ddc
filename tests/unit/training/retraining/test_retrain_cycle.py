"""What a retraining does: makes or finds again, promotes what passes, leaves alone what does not, and says which."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from features.errors import InvalidInput, Refused, Unavailable
from features.home import Home
from features.lock import only_one
from features.reports.retrain import read_retrain_report, retrain_report_path
from models.bundle import load_live, load_public_key, read_live
from models.bundle.pointer import PublishingLocked, publishing_lock
from training.gates import recipe as gates
from training.publishing.champion import Champion
from training.publishing.ledger import read_ledger
from training.publishing.pointer import Act
from training.publishing.rollback import rollback
from training.question import Question
from training.records.candidates import stored_candidates
from training.retraining import cycle as cycle_room
from training.retraining import making, putting_live
from training.retraining.cycle import RetrainingLocked
from training.tracking.recording import Tracking
from training.tracking.store import TrackingMissing
from training.train import TrainingRun


def everything(home: Home) -> dict[str, tuple[int, int]]:
    """Every file with its inode and time of change: what was done to it shows."""
    files = [path for path in home.root.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {path.relative_to(home.root).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


class TestFirstTime:
    def test_where_nothing_was_ever_live_the_first_retraining_promotes(self, retraining: Any) -> None:
        (told,) = retraining().report.models

        state = load_live(retraining.home, public_key=load_public_key(retraining.home), trial=False)
        assert told.outcome == "promoted"
        assert state.bundle.models == {"churn": told.model_sha}
        assert [entry.action for entry in read_ledger(retraining.home)] == ["company", "promote"]

    def test_what_was_trained_from_exactly_the_same_is_not_trained_again(self, retraining: Any) -> None:
        (told,) = retraining().report.models

        assert (told.found_again, told.run_id) == (True, retraining.shop.trained.run_id)


class TestNothingNew:
    def test_a_second_retraining_from_the_same_touches_nothing(self, retraining: Any) -> None:
        first, before = retraining(), everything(retraining.home)

        second = retraining()

        assert second.nothing_new
        assert second.report == first.report
        assert everything(retraining.home) == before

    def test_without_its_report_the_cycle_ends_the_same_and_moves_nothing(self, retraining: Any) -> None:
        first, moves = retraining(), read_ledger(retraining.home)
        retrain_report_path(retraining.home).unlink()

        (told,) = retraining().report.models

        assert (told.outcome, told.found_again) == ("live", True)
        assert read_ledger(retraining.home) == moves
        assert read_live(retraining.home) == moves[-1].live
        assert first.report.models[0].gates == told.gates

    def test_a_report_for_one_model_does_not_stand_for_two(self, retraining: Any) -> None:
        retraining("churn")

        both = retraining("churn", "purchase")

        assert [told.outcome for told in both.report.models] == ["live", "promoted"]

    def test_damaged_predictions_are_something_new(self, retraining: Any) -> None:
        retraining()
        predictions = retraining.home.predictions / str(read_live(retraining.home).predictions) / "predictions.npy"
        predictions.write_bytes(predictions.read_bytes()[:-8])

        done = retraining()

        assert done.report.scored.outcome == "made"
        load_live(retraining.home, public_key=load_public_key(retraining.home), trial=False)


class TestNewRows:
    def test_a_new_model_takes_the_place_of_the_live_one_and_stands_beside_it(self, next_night: Any) -> None:
        (told,) = next_night().report.models

        assert told.outcome == "promoted"
        assert told.beside_live.model_sha == next_night.shop.trained.model_sha
        assert told.beside_live.live.low < told.beside_live.live.value < told.beside_live.live.high
        assert told.beside_live.difference.low <= told.beside_live.difference.value <= told.beside_live.difference.high
        assert [moment.origin[:7] for moment in told.beside_live.moments] == ["2025-06", "2025-07", "2025-08", "2025-09"]
        assert all(moment.rows > 100 for moment in told.beside_live.moments)

    def test_a_candidate_held_against_another_live_model_than_that_of_now_is_trained_again(
        self, next_night: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(making, "champion_of", lambda *_: Champion("9" * 64, {}))
        monkeypatch.setattr(making, "train", raises(Refused("one-sided")))

        (told,) = next_night().report.models

        assert (told.outcome, told.reason) == ("abstained", "one-sided")

    def test_a_model_that_is_refused_leaves_the_live_one_and_predictions_are_made_anew(
        self, next_night: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gates, "FEWEST_ROWS", 1_000_000)

        done = next_night().report

        assert (done.models[0].outcome, done.scored.outcome) == ("refused", "made")
        assert "enough_data: too few customers were graded" in done.models[0].reason
        assert done.live.models == {"churn": next_night.shop.trained.model_sha}
        assert done.needs_a_look == []

    def test_a_model_too_good_to_be_true_is_held_and_somebody_must_look(
        self, next_night: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gates, "TOO_GOOD_AUC", 0.5)

        first, second = next_night(), next_night()

        assert first.report.models[0].outcome == "held"
        assert first.report.needs_a_look[0].startswith("churn held: plausible: implausibly good")
        assert second.nothing_new  # and somebody must look at it still
        assert second.report.needs_a_look == first.report.needs_a_look

    def test_a_model_that_somebody_rolled_back_is_not_put_back(self, next_night: Any) -> None:
        next_night()
        rollback(next_night.home, "churn", act=Act(next_night.shop.signing_key, next(next_night.moments), "it is odd"))

        (told,) = next_night().report.models

        assert told.outcome == "withdrawn"
        assert f"`lifecycle promote churn --run {told.run_id}`" in told.reason
        assert [entry.action for entry in read_ledger(next_night.home)][-2:] == ["promote", "rollback"]


class TestOneOfMany:
    @pytest.mark.parametrize("model", ["churn", "purchase"])
    def test_a_model_that_abstains_stops_no_other(self, retraining: Any, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
        breaks(monkeypatch, model, InvalidInput("needed a year, found a week"))

        done = retraining("churn", "purchase").report

        told = {each.model: each for each in done.models}
        assert (told[model].outcome, told[model].reason) == ("abstained", "needed a year, found a week")
        assert sorted(each.outcome for each in done.models) == ["abstained", "promoted"]
        assert done.needs_a_look == []

    @pytest.mark.parametrize("error", [Unavailable("the disk of snapshots is gone"), OSError(28, "No space left on device")])
    def test_a_model_that_fails_stops_no_other_and_somebody_must_look(
        self, retraining: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        breaks(monkeypatch, "churn", error)

        done = retraining("churn", "purchase").report

        assert [each.outcome for each in done.models] == ["failed", "promoted"]
        assert done.needs_a_look == [f"churn failed: {error}"]
        assert not done.has_faults

    def test_a_fault_of_the_program_is_told_by_its_place_without_its_words(
        self, retraining: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        breaks(monkeypatch, "churn", KeyError("jane@example.com"))

        done = retraining("churn", "purchase").report

        assert [each.outcome for each in done.models] == ["failed", "promoted"]
        assert done.has_faults
        assert "KeyError at test_retrain_cycle.py:" in done.models[0].reason
        assert "jane" not in retrain_report_path(retraining.home).read_text()
        assert any("jane@example.com" in line and "Traceback" in line for line in retraining.said)

    def test_what_failed_is_tried_again_though_nothing_is_new(self, retraining: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as broken:
            breaks(broken, "churn", OSError(28, "No space left on device"))
            retraining()

        again = retraining()

        assert not again.nothing_new
        assert [each.outcome for each in again.report.models] == ["promoted"]


class TestInterrupted:
    @pytest.mark.parametrize(
        ("room", "step", "when"),
        [
            (making, "train", "after"),
            *((putting_live, "promote", when) for when in ("before", "after")),
            *((cycle_room, "score_unless_made", when) for when in ("before", "after")),
            *((cycle_room, "write_retrain_report", when) for when in ("before", "after")),
        ],
    )
    def test_a_cycle_ended_at_any_step_is_finished_by_the_next(
        self, retraining: Any, monkeypatch: pytest.MonkeyPatch, room: Any, step: str, when: str
    ) -> None:
        seed = int(step == "train")  # the candidate that waits is of seed 0
        with monkeypatch.context() as killed:
            killed.setattr(room, step, ends(getattr(room, step), when))
            with pytest.raises(KeyboardInterrupt):
                retraining(seed=seed)

        (told,) = retraining(seed=seed).report.models

        assert told.found_again
        assert read_retrain_report(retraining.home).live.models == {"churn": told.model_sha}
        assert [entry.action for entry in read_ledger(retraining.home)] == ["company", "promote"]
        assert len(stored_candidates(retraining.home, "churn")) == 1 + seed


class TestTwoAtOnce:
    def test_the_second_is_told_who_retrains_and_does_nothing(self, retraining: Any) -> None:
        before = everything(retraining.home)

        with only_one(retraining.home.root / "retrain.lock", RetrainingLocked), pytest.raises(RetrainingLocked) as refused:
            retraining()

        assert refused.value.exit_code == 5
        assert "being retrained by process" in str(refused.value)
        assert "nothing was done" in str(refused.value)
        assert everything(retraining.home) == before

    def test_the_second_leaves_the_temporaries_of_the_first_alone_however_long_it_takes(self, retraining: Any) -> None:
        at_work = retraining.home.root / ".tmp-at-work"
        at_work.mkdir()
        os.utime(at_work, (0, 0))

        with only_one(retraining.home.root / "retrain.lock", RetrainingLocked), pytest.raises(RetrainingLocked):
            retraining()

        assert at_work.exists()
        retraining()
        assert not at_work.exists()  # nobody holds the lock: whose it was is gone

    def test_who_publishes_meanwhile_is_waited_for(self, retraining: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        publishing = publishing_lock(retraining.home)
        publishing.__enter__()
        monkeypatch.setattr(putting_live.time, "sleep", lambda _: publishing.__exit__(None, None, None))

        (told,) = retraining().report.models

        assert told.outcome == "promoted"

    def test_who_publishes_for_too_long_leaves_the_promotion_to_the_next_run(self) -> None:
        with pytest.raises(PublishingLocked):
            putting_live.when_free(raises(PublishingLocked("somebody publishes")), patience_seconds=-1.0)


class TestRunsInMLflow:
    def test_a_store_that_does_not_answer_ends_no_training_and_is_asked_once(
        self, retraining: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        found, asked, elsewhere = making.candidate_made_from, list[Tracking | None](), Tracking("http://127.0.0.1:9")

        def nobody_answers(_: Home, question: Question, *, run: TrainingRun, **__: object) -> None:
            asked.append(run.tracking)
            raise TrackingMissing("found none that answers") if run.tracking else Refused(f"{question.name} is one-sided")

        looks = iter([None, found, None])
        monkeypatch.setattr(making, "candidate_made_from", lambda *what: look(*what) if (look := next(looks)) else None)
        monkeypatch.setattr(making, "train", nobody_answers)

        done = retraining("churn", "purchase", tracking=elsewhere).report

        assert [told.outcome for told in done.models] == ["promoted", "abstained"]
        assert asked == [elsewhere, None]
        assert done.notes == ["from here on runs are not in MLflow, and are named by their content: found none that answers"]
        assert done.needs_a_look == []


def breaks(monkeypatch: pytest.MonkeyPatch, model: str, error: Exception) -> None:
    asked: Callable[..., Any] = making.question_at

    def question(home: Home, name: str, company: Any) -> Any:
        if name == model:
            raise error
        return asked(home, name, company)

    monkeypatch.setattr(making, "question_at", question)


def raises(error: Exception) -> Callable[..., None]:
    def step(*_: object, **__: object) -> None:
        raise error

    return step


def ends(step: Callable[..., Any], when: str) -> Callable[..., Any]:
    """Have a step end the process, as far as a test can tell, before or after what it does."""

    def ended(*arguments: Any, **named: Any) -> None:
        if when == "after":
            step(*arguments, **named)
        raise KeyboardInterrupt

    return ended
