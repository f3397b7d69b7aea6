"""How growth is fitted: exact powers give their exponent, what is there anyway is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from benchmarks.curve import above, exponent


@given(power=some.floats(-2, 2), factor=some.floats(1e-3, 1e3))
def test_an_exact_power_gives_its_exponent(power: float, factor: float) -> None:
    points = {size: factor * size**power for size in (10, 100, 1_000, 10_000)}
    assert exponent(points) == pytest.approx(power, abs=1e-9)


def test_what_does_not_grow_is_flat() -> None:
    assert exponent({20_000: 3.0, 200_000: 3.0, 2_000_000: 3.0}) == pytest.approx(0)


def test_a_constant_hides_no_growth() -> None:
    points = {size: 400.0 + 0.3 * (size - 10) for size in (10, 100, 1_000)}
    assert exponent(points) < 0.5
    assert exponent(above(points, 1.0)) == pytest.approx(1)


def test_less_than_noise_is_noise() -> None:
    assert above({10: 5.0, 100: 4.0, 1_000: 9.0}, 1.0) == {90: 1.0, 990: 4.0}


@pytest.mark.parametrize("points", [{}, {10: 1.0}, {10: 1.0, 100: 0.0}])
def test_what_makes_no_curve_is_refused(points: dict[int, float]) -> None:
    with pytest.raises(ValueError, match=r"no curve|domain|positive"):
        exponent(points)
