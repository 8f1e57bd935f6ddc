"""What is measured of few offers is believed as far as it is no noise, and never denied altogether."""

from __future__ import annotations

import numpy as np
import pytest

from training.uplift.pathways import shrunk


def test_numbers_far_beyond_their_noise_stand() -> None:
    values = np.array([-0.5, 0.4, 0.3, -0.2])

    assert shrunk(values, np.full(4, 1e-6)) == pytest.approx(values, rel=1e-3)


def test_numbers_no_larger_than_their_noise_are_drawn_far_towards_none_but_not_denied() -> None:
    values = np.array([-0.1, 0.05, 0.02, -0.08, 0.01, 0.06])

    believed = shrunk(values, np.full(6, 0.01)) / values

    assert np.all((believed > 0.05) & (believed < 0.5))


def test_the_noisier_of_two_equal_numbers_is_believed_less() -> None:
    sure, noisy = shrunk(np.array([0.2, 0.2]), np.array([0.001, 0.05]))

    assert 0 < noisy < sure < 0.2


def test_twice_the_numbers_with_twice_the_errors_are_believed_alike() -> None:
    values, variances = np.array([0.3, -0.1, 0.05]), np.array([0.01, 0.02, 0.005])

    assert shrunk(2 * values, 4 * variances) == pytest.approx(2 * shrunk(values, variances))


def test_of_no_offers_nothing_is_believed() -> None:
    assert len(shrunk(np.array([]), np.array([]))) == 0
