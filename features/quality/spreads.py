"""How do the features of a snapshot lie over its customers, and how far did each move: quantiles, bars and a stability index.

Up to 100,000 customers of a snapshot are looked at, taken evenly in the order of their ids, a few features at a time in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from features.home import Home
from features.quality.report import FeatureShift, FeatureSpread, SnapshotQuality, six_digits
from features.snapshot import Snapshot, open_snapshot
from features.times import DAY, format_time

AGES_DAYS = (30, 91, 365)
"""Beside the newest snapshot, those nearest to one, three and twelve months before it are looked at."""
_FURTHEST_OFF = 0.35
_MOST_CUSTOMERS = 100_000
_TOGETHER = 16
_BARS = 20
_PARTS = 10
_PLACES = (0.01, 0.25, 0.5, 0.75, 0.99)
_LEAST_SHARE = 1e-4
_NOISE_OF_A_PART = 3.6  # upper 1e-4 quantile of chi-squared with ten degrees of freedom, per degree

Floats = NDArray[np.float64]


def compared_snapshots(home: Home) -> list[Snapshot]:
    """Return the newest stored snapshot and, of the same features, those about 1, 3 and 12 months older, where stored.

    Raises
    ------
    SnapshotDamaged
        If one of them is not what was written.
    """
    stored = [open_snapshot(path, verify=False) for path in sorted(home.snapshots.glob("[0-9]*-*"))]
    if not stored:
        return []
    stored.sort(key=lambda one: (one.as_of, one.manifest.log_version))
    newest = stored[-1]
    of_moment = {one.as_of: one for one in stored if one.manifest.signature == newest.manifest.signature}
    chosen = {newest.as_of: newest}
    for days in AGES_DAYS:
        off = {moment: abs((newest.as_of - moment) / DAY / days - 1) for moment in of_moment.keys() - chosen.keys()}
        if off and min(off.values()) <= _FURTHEST_OFF:
            nearest = min(off, key=lambda moment: (off[moment], moment))
            chosen[nearest] = of_moment[nearest]
    return [open_snapshot(one.path) for one in chosen.values()]


def describe_snapshot(snapshot: Snapshot, *, newest: Snapshot) -> SnapshotQuality:
    """Describe every feature of a snapshot and how far each moved until the newest; what moved most comes first."""
    spreads = [feature_spread(name, values) for name, values in _columns(snapshot)]
    older = () if snapshot.as_of == newest.as_of else _columns(snapshot)
    shifts = [
        feature_shift(name, before, after=after) for (name, before), (_, after) in zip(older, _columns(newest), strict=False)
    ]
    return SnapshotQuality(
        as_of=format_time(snapshot.as_of),
        digest=snapshot.digest,
        log_digest=snapshot.manifest.log_digest,
        customers=len(snapshot.ids),
        features=spreads,
        shifts=sorted(shifts, key=moved_most),
    )


def moved_most(shift: FeatureShift) -> tuple[bool, float, str]:
    """Order shifts: those beyond noise first, by their index."""
    return shift.psi <= shift.noise, -shift.psi, shift.name


def feature_spread(name: str, values: Floats) -> FeatureSpread:
    """Describe one feature over customers; NaN is a missing value."""
    known = values[~np.isnan(values)]
    missing_share = six_digits(1 - len(known) / max(len(values), 1))
    if not len(known):
        return FeatureSpread(name, missing_share, 0.0, None, None, None, None, None, None, constant=False, bars=[])
    low, quarter, median, three_quarters, high = np.quantile(known, _PLACES, method="inverted_cdf").tolist()
    bars = np.histogram(np.clip(known, low, high), bins=_BARS, range=(low, high))[0] if high > low else np.array([len(known)])
    return FeatureSpread(
        name,
        missing_share,
        zero_share=six_digits(float((known == 0).mean())),
        mean=six_digits(float(known.mean())),
        p1=six_digits(low),
        p25=six_digits(quarter),
        median=six_digits(median),
        p75=six_digits(three_quarters),
        p99=six_digits(high),
        constant=bool((known == known[0]).all()) and len(known) == len(values),
        bars=bars.tolist(),
    )


def feature_shift(name: str, before: Floats, *, after: Floats) -> FeatureShift:
    """Measure how far a feature moved: NaN is a missing value, and becoming missing is a move.

    The population stability index is the sum over parts of (new share - old share) x ln(new share / old share): 0 if nothing
    moved, 0.1 by convention worth a look, 0.25 a different population. Parts are the tenths of the older values.

    >>> values = np.arange(100.0)
    >>> feature_shift("tenure", values, after=values).psi, feature_shift("tenure", values, after=values + 90).psi > 1
    (0.0, True)
    """
    old, new = before[~np.isnan(before)], after[~np.isnan(after)]
    tenths = np.quantile(old, np.arange(1, _PARTS) / _PARTS, method="inverted_cdf") if len(old) else np.zeros(0)
    edges = np.unique(np.concatenate([tenths, np.nextafter(tenths[:1], -np.inf)]))
    shares = [
        np.maximum(np.append(np.bincount(np.searchsorted(edges, known), minlength=len(edges) + 1), missing) / total, _LEAST_SHARE)
        for known, missing, total in ((old, len(before) - len(old), len(before)), (new, len(after) - len(new), len(after)))
    ]
    psi = float((shares[1] - shares[0]) @ np.log(shares[1] / shares[0]))
    noise = _NOISE_OF_A_PART * (len(edges) + 1) * (1 / max(len(before), 1) + 1 / max(len(after), 1))
    deviation = float(old.std()) if len(old) else 0.0
    moved = (float(new.mean()) - float(old.mean())) / deviation if deviation > 0 and len(new) else None
    return FeatureShift(
        name,
        psi=six_digits(psi),
        noise=six_digits(noise),
        moved=None if moved is None else six_digits(moved),
        missing_before=six_digits(1 - len(old) / max(len(before), 1)),
        missing_after=six_digits(1 - len(new) / max(len(after), 1)),
    )


def _columns(snapshot: Snapshot) -> Iterator[tuple[str, Floats]]:
    step = -(-max(len(snapshot.ids), 1) // _MOST_CUSTOMERS)
    for begin in range(0, len(snapshot.names), _TOGETHER):
        some = np.array(snapshot.matrix[::step, begin : begin + _TOGETHER].T, np.float64)
        yield from zip(snapshot.names[begin : begin + _TOGETHER], some, strict=True)
