"""Winners at past Mondays are computed once, kept, and void as soon as they might be others."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Semaphore
from time import sleep

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.leakage import AS_OF, random_rows
from features.company import default_company_text, read_company
from features.contracts.sources import SOURCES
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log import manifest
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.stages import keeping
from features.stages import kept as kept_files
from features.stages.course import checkpoints
from features.stages.everybody import MondaysMissing, stages_of_everybody
from features.stages.keeping import keep_mondays
from features.stages.kept import KeptMondayDamaged, KeptMondays, kept_mondays
from features.stages.stage_rules import StageRules
from features.stages.standing import NotACustomer, OneCustomer, stages_of
from features.times import DAY, WEEK, monday_at_or_before

COMPANY = read_company(default_company_text("default"))
RULES = StageRules(COMPANY)
SOURCES_READ = [load.source for load in RULES.catalogue.compiled.loads]
MONDAY = monday_at_or_before(AS_OF)
LATER = AS_OF + 100 * DAY


def fill(folder, *, seed=1, customers=30):
    home = Home(folder)
    random = np.random.default_rng(seed)
    deliver(home, {name: random_rows(SOURCES[name], random, customers=customers) for name in SOURCES_READ})
    return home


def deliver(home, rows, *, at=LATER):
    append(home, rows, receipt=Receipt(received_at=at, known_at="given", observed_until=dict.fromkeys(SOURCES_READ, AS_OF)))


def one_use(known_at):
    """Give a use of a year ago that came to be known at a moment."""
    use = random_rows(SOURCES["usage"], np.random.default_rng(5), customers=1).slice(0, 1)
    for column, moment in {"known_at": known_at, "occurred_at": AS_OF - 365 * DAY}.items():
        moments = pa.array([moment], pa.timestamp("us", "UTC"))
        use = use.set_column(use.column_names.index(column), column, moments)
    return use


@pytest.fixture(scope="module", autouse=True)
def half_a_year_is_enough():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "checkpoints", partial(checkpoints, weeks=26))
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("stages"))


@pytest.fixture(scope="module")
def kept(home):
    return keep_mondays(home, COMPANY, AS_OF)


def never(*_arguments, **_options):
    pytest.fail("read the log again")


def test_a_kept_monday_holds_the_winners_of_whoever_was_known_then(home, kept):
    for monday in (MONDAY, MONDAY - 20 * WEEK):
        snapshot = compute_snapshots(home, RULES.catalogue, [monday])[0]

        assert kept.at[monday].ids.equals(snapshot.ids)
        assert np.array_equal(kept.at[monday].codes, RULES.winners(snapshot.matrix))


def test_before_anybody_was_known_a_monday_is_empty(home, kept):
    early = keep_mondays(home, COMPANY, AS_OF - 3000 * DAY)

    assert {len(monday.ids) for monday in early.at.values()} == {0}
    assert (early.of(kept.at[MONDAY].ids) == -1).all()
    assert kept.of(early.at[early.mondays[0]].ids).shape == (3, 0, 26)


def test_what_is_kept_is_not_computed_again(home, kept, monkeypatch):
    monkeypatch.setattr(keeping, "compute_bucket", never)

    assert keep_mondays(home, COMPANY, AS_OF).at.keys() == kept.at.keys()


@pytest.mark.usefixtures("kept")
def test_one_more_monday_computes_that_monday_only(home, monkeypatch):
    asked = []
    monkeypatch.setattr(keeping, "_compute", lambda _log, _rules, mondays, **_: asked.extend(mondays) or {})

    keep_mondays(home, COMPANY, AS_OF + WEEK)

    assert asked == [MONDAY + WEEK]


def test_a_snapshot_of_the_monday_spares_reading_the_log(tmp_path, monkeypatch):
    home = fill(tmp_path)
    keep_mondays(home, COMPANY, AS_OF)
    compute_snapshots(home, COMPANY.catalogue, [MONDAY + WEEK])
    monkeypatch.setattr(keeping, "compute_bucket", never)

    kept = keep_mondays(home, COMPANY, AS_OF + WEEK)

    fresh = compute_snapshots(home, RULES.catalogue, [MONDAY + WEEK])[0]
    assert np.array_equal(kept.at[MONDAY + WEEK].codes, RULES.winners(fresh.matrix))


def test_rows_that_become_known_later_leave_past_mondays_alone(tmp_path, monkeypatch):
    home = fill(tmp_path)
    before = keep_mondays(home, COMPANY, AS_OF)
    deliver(home, {"usage": one_use(known_at=AS_OF + DAY)})
    monkeypatch.setattr(keeping, "compute_bucket", never)

    after = keep_mondays(home, COMPANY, AS_OF)

    assert {at: one.path for at, one in after.at.items()} == {at: one.path for at, one in before.at.items()}


def test_an_import_of_history_drops_the_mondays_that_would_have_known_it(tmp_path):
    home = fill(tmp_path)
    before = keep_mondays(home, COMPANY, AS_OF)
    deliver(home, {"usage": one_use(known_at=MONDAY - 10 * WEEK - DAY)})

    kept = kept_mondays(EventLog.open(home), RULES, before.mondays)
    again = keep_mondays(home, COMPANY, AS_OF)

    assert kept.missing == before.mondays[-11:]
    assert len(list(home.stages.glob("*"))) == len(before.mondays)
    shutil.rmtree(home.stages)
    fresh = keep_mondays(home, COMPANY, AS_OF)
    assert {at: one.path for at, one in again.at.items()} == {at: one.path for at, one in fresh.at.items()}


def test_a_kept_monday_outlives_the_lineage_of_the_log_it_was_computed_from(tmp_path, monkeypatch):
    home = fill(tmp_path, customers=3)
    before = keep_mondays(home, COMPANY, AS_OF)
    monkeypatch.setattr(manifest, "LONGEST_LINEAGE", 2)
    monkeypatch.setattr(keeping, "compute_bucket", never)

    for day in range(1, 6):
        deliver(home, {"usage": one_use(known_at=AS_OF + day * DAY)})
        assert keep_mondays(home, COMPANY, AS_OF).mondays == before.mondays


def test_mondays_that_another_process_drops_meanwhile_are_missing_and_no_fault(home, kept, tmp_path, monkeypatch):
    shutil.copytree(home.root, tmp_path, dirs_exist_ok=True)
    whole = kept_files.open_monday

    def drop_and_open(path, *, verify):
        shutil.rmtree(path)
        return whole(path, verify=verify)

    monkeypatch.setattr(kept_files, "open_monday", drop_and_open)

    assert kept_mondays(EventLog.open(Home(tmp_path)), RULES, kept.mondays).missing == kept.mondays


def test_other_rules_drop_every_monday(tmp_path):
    home = fill(tmp_path)
    keep_mondays(home, COMPANY, AS_OF)
    text = default_company_text("default").replace("usage_days_since_last > 30", "usage_days_since_last > 31")

    other = keep_mondays(home, read_company(text), AS_OF)

    assert len(list(home.stages.glob("*"))) == len(other.mondays)
    assert kept_mondays(EventLog.open(home), RULES, other.mondays).at == {}


def test_a_damaged_monday_is_refused_before_it_is_read(tmp_path):
    home = fill(tmp_path, customers=3)
    kept = keep_mondays(home, COMPANY, AS_OF)
    path = kept.at[MONDAY].path / "codes.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x63")

    with pytest.raises(KeptMondayDamaged, match="remove the folder"):
        keep_mondays(home, COMPANY, AS_OF)


@pytest.mark.parametrize("share_kept", [0.0, 0.5, 1.0])
def test_one_customer_stands_where_they_stand_among_all_whatever_is_kept(home, kept, share_kept):
    snapshot, log = compute_snapshots(home, COMPANY.catalogue, [AS_OF])[0], EventLog.open(home)
    everybody = stages_of_everybody(snapshot, RULES, kept)
    here = {monday: one for place, (monday, one) in enumerate(kept.at.items()) if place < share_kept * len(kept.at)}
    for place, customer_id in enumerate(snapshot.ids.to_pylist()):
        rows = {name: log.customer(name, customer_id) for name in SOURCES_READ}

        alone = stages_of(OneCustomer(customer_id, AS_OF, rows), RULES, KeptMondays(kept.mondays, kept.sets, here))

        for name, table in everybody.items():
            assert alone[name].stage == table.stage_set.stages[table.codes[place]].name
            since = None if not table.course.confirmed[place, -1] else table.since[place]
            assert alone[name].since == since
            assert alone[name].history[-1].stage == alone[name].stage


def test_nobody_is_given_a_stage_while_a_monday_is_missing(home, kept):
    snapshot = compute_snapshots(home, COMPANY.catalogue, [AS_OF])[0]
    of_a_week_ago = KeptMondays(checkpoints(AS_OF - WEEK, weeks=25), kept.sets, kept.at)

    for lacking in (KeptMondays(kept.mondays, kept.sets, {}), of_a_week_ago):
        with pytest.raises(MondaysMissing, match="lifecycle stages"):
            stages_of_everybody(snapshot, RULES, lacking)


def test_nobody_and_somebody_not_seen_yet_have_no_stage(home, kept):
    log = EventLog.open(home)
    stranger = {name: log.customer(name, "stranger") for name in SOURCES_READ}
    early = {name: log.customer(name, "c0001") for name in SOURCES_READ}

    for customer in (OneCustomer("stranger", AS_OF, stranger), OneCustomer("c0001", AS_OF - 3000 * DAY, early)):
        with pytest.raises(NotACustomer, match="check the id and the date"):
            stages_of(customer, RULES, kept)


def test_of_many_threads_that_open_mondays_one_at_a_time_reads_a_header(tmp_path, monkeypatch):
    kept = keep_mondays(fill(tmp_path), COMPANY, AS_OF)
    paths, load, reading, at_once = [monday.path for monday in kept.at.values()], np.load, Semaphore(), []

    def watched(*arguments, **named):
        at_once.append(not reading.acquire(blocking=False))
        sleep(0.001)
        reading.release()
        return load(*arguments, **named)

    monkeypatch.setattr(kept_files.np, "load", watched)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(kept_files.open_monday, paths))

    assert len(at_once) == len(paths)
    assert not any(at_once)
