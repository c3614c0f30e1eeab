"""Intervals, tests and effect sizes against published values, R's results and a second way to compute them."""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
import scipy

from participation.comparing import statistics as st


def near(value: float, expected: float, digits: int = 4) -> bool:
    return abs(value - expected) <= 0.5001 * 10**-digits


# Newcombe 1998, table I, method 3.
@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_printed_it(count: int, n: int, low: float, high: float) -> None:
    found = st.wilson(count, n)
    assert near(found[0], low)
    assert near(found[1], high)


@pytest.mark.parametrize(("n", "low", "high"), [(10, 24, 76), (20, 30, 70), (40, 35, 65), (100, 40, 60)])
def test_how_little_half_of_a_few_says(n: int, low: int, high: int) -> None:
    found = st.wilson(n // 2, n)
    assert [round(100 * bound) for bound in found] == [low, high]


@pytest.mark.parametrize("design_effect", [1.0, 2.0, 4.0])
def test_a_design_effect_is_the_interval_of_fewer_entries(design_effect: float) -> None:
    whole = st.wilson(60, 100, design_effect=design_effect)
    fewer = st.wilson(round(60 / design_effect), round(100 / design_effect))
    assert whole == pytest.approx(fewer, abs=1e-12)


# Garwood 1936.
@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)]
)
def test_a_poisson_count_as_garwood_printed_it(count: int, low: float, high: float) -> None:
    found = st.poisson_rate(count, 1, per=1)
    assert near(found.low, low, 3)
    assert near(found.high, high, 3)


@pytest.mark.parametrize(
    ("count", "population", "rate", "low", "high"),
    [
        (180, 221_000, 8.14, 7.00, 9.43),
        (39, 83_000, 4.70, 3.34, 6.42),
        (400, 221_000, 18.1, 16.4, 20.0),
        (128, 83_000, 15.4, 12.9, 18.3),
    ],
)
def test_taking_part_in_2021(count: int, population: int, rate: float, low: float, high: float) -> None:
    found = st.poisson_rate(count, population)
    digits = 2 if rate < 10 else 1
    # 8.1448 was printed as 8.14, 6.9981 as 7.00 and 9.4253 as 9.43.
    assert [round(value, digits) for value in (found.value, found.low, found.high)] == [rate, low, high]


@pytest.mark.parametrize(
    ("counts", "ratio", "low", "high", "p"),
    [((180, 39), 1.73, 1.22, 2.52, 0.001), ((400, 128), 1.17, 0.96, 1.44, 0.118), ((200, 64), 1.17, 0.88, 1.58, 0.300)],
)
def test_the_ratios_of_2021(counts: tuple[int, int], ratio: float, low: float, high: float, p: float) -> None:
    found = st.rate_ratio(counts[0], 221_000, counts[1], 83_000)
    assert [round(value, 2) for value in (found.value, found.low, found.high)] == [ratio, low, high]
    assert round(found.p or 0, 3) == p


def test_a_rate_ratio_as_r_computes_it() -> None:
    # poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)), the example of its manual.
    found = st.rate_ratio(11, 800, 21, 3011)
    assert near(found.value, 1.971488, 6)
    assert near(found.low, 0.8584264, 7)
    assert near(found.high, 4.2772659, 7)
    assert near(found.p or 0, 0.07967, 5)


def test_a_side_where_nobody_took_part() -> None:
    found = st.rate_ratio(5, 1000, 0, 1000)
    assert math.isinf(found.value)
    assert math.isinf(found.high)
    assert found.low > 0
    assert st.rate_ratio(0, 1000, 5, 1000).value == 0


def test_people_who_send_several_entries() -> None:
    assert st.count_design_effect([1, 1, 1]) == 1
    assert st.count_design_effect([3, 1]) == 10 / 4
    rng = np.random.default_rng(7)
    sums = [rng.geometric(0.4, size=n).sum() for n in rng.poisson(50, size=4000)]
    expected = st.count_design_effect(rng.geometric(0.4, size=100_000))
    assert np.var(sums) / np.mean(sums) == pytest.approx(expected, rel=0.08)


def test_the_squares_of_2021() -> None:
    name, p = st.table_test([[120, 80], [26, 38]])
    assert name == "fisher"
    assert round(p, 3) == 0.009
    assert round(st.cramers_v([[120, 80], [26, 38]]), 2) == 0.17
    assert round(st.table_test([[36, 24], [5, 8]])[1], 2) == 0.22


def test_fisher_as_r_computes_it() -> None:
    # fisher.test(matrix(c(3, 1, 1, 3), 2)) and fisher.test(matrix(c(2, 10, 15, 3), 2)), the examples of its manual.
    assert near(st.table_test([[3, 1], [1, 3]])[1], 0.4857)
    assert near(st.table_test([[2, 15], [10, 3]])[1], 0.0005367, 7)


def test_larger_tables() -> None:
    # fisher.test(Job) of R's manual has p = 0.7827, chisq.test(Job) X-squared = 5.9655, df = 9, p = 0.7434.
    job = [[1, 2, 1, 0], [3, 3, 6, 1], [10, 10, 14, 9], [6, 7, 12, 11]]
    name, p = st.table_test(job, seed=1)
    assert name == "chi2_permuted"
    assert p == pytest.approx(0.7827, abs=0.02)
    assert st.table_test(job, seed=1) == (name, p)
    permuted = scipy.stats.PermutationMethod(n_resamples=999, rng=np.random.default_rng(1))
    assert p == pytest.approx(scipy.stats.chi2_contingency(job, correction=False, method=permuted).pvalue, abs=0.05)
    assert st.cramers_v(job) == pytest.approx(math.sqrt(5.9655 / (104 * 3 - 8 * 3)), abs=0.01)
    name, p = st.table_test([[10 * count + 50 for count in row] for row in job])
    assert name == "chi2"


def test_empty_rows_and_columns_say_nothing() -> None:
    assert st.table_test([[5, 0], [7, 0]]) == ("fisher", 1.0)
    assert st.cramers_v([[5, 0], [7, 0]]) == 0
    assert st.table_test([[3, 1, 0], [1, 3, 0]]) == st.table_test([[3, 1], [1, 3]])


def test_the_correction_of_benjamini_and_hochberg() -> None:
    """Their own example: of fifteen p values four are claimed at .05, although nine are below it."""
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    q = st.benjamini_hochberg(p)
    assert sum(one <= 0.05 for one in q) == 4
    assert q == pytest.approx([min(p[j] * 15 / (j + 1) for j in range(i, 15)) for i in range(15)])
    assert st.benjamini_hochberg([]) == []
    assert st.benjamini_hochberg(p, [2.5] * 15) == pytest.approx(q)
    weighted = st.benjamini_hochberg([0.02, 0.02, 0.5], [4, 1, 1])
    assert weighted == pytest.approx([min(0.01 * 3, 0.04 * 3 / 2), 0.04 * 3 / 2, 1.0])


@pytest.mark.parametrize("seed", range(5))
def test_cliffs_delta_by_comparing_everybody_with_everybody(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.integers(0, 9, 5), rng.integers(1, 9, 5)
    first, second = np.repeat(np.arange(5), one), np.repeat(np.arange(5), other)
    pairs = [int(np.sign(a - b)) for a, b in product(first, second)]
    assert st.cliffs_delta(one.tolist(), other.tolist()) == pytest.approx(sum(pairs) / len(pairs))
    u = scipy.stats.mannwhitneyu(first, second).statistic
    assert st.cliffs_delta(one.tolist(), other.tolist()) == pytest.approx(2 * u / len(pairs) - 1)


def test_mann_whitney_and_kruskal_wallis_agree_on_two_sides() -> None:
    one, other = [5, 9, 14, 8, 4], [2, 4, 9, 12, 13]
    plain = scipy.stats.mannwhitneyu(
        np.repeat(range(5), one), np.repeat(range(5), other), method="asymptotic", use_continuity=False
    )
    assert st.kruskal_wallis([one, other]) == pytest.approx(plain.pvalue)
    assert st.mann_whitney(one, other) == pytest.approx(plain.pvalue, rel=0.02)
    assert st.mann_whitney([0, 3], [0, 4]) == 1
    assert st.kruskal_wallis([[0, 3], [0, 4], [0, 1]]) == 1


@pytest.mark.parametrize(
    ("counts", "step"), [([1, 0, 0], 0), ([2, 2], 0), ([2, 3], 1), ([0, 0, 5], 2), ([1, 1, 1], 1), ([0, 0], None)]
)
def test_the_median_is_a_step_of_the_scale(counts: list[int], step: int | None) -> None:
    assert st.median_step(counts) == step


def test_so_few_by_chance() -> None:
    assert [round(st.at_most(0, expected), 3) for expected in (2, 3, 5)] == [0.135, 0.050, 0.007]


def test_words_for_the_size_of_an_effect() -> None:
    assert [st.size_of_v(v) for v in (0.05, 0.1, 0.29, 0.3, 0.5)] == ["negligible", "small", "small", "medium", "large"]
    assert [st.size_of_delta(d) for d in (-0.1, -0.147, 0.4, 0.5)] == ["negligible", "small", "medium", "large"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: st.wilson(3, 2),
        lambda: st.wilson(0, 0),
        lambda: st.wilson(1, 2, design_effect=0.5),
        lambda: st.poisson_rate(-1, 10),
        lambda: st.poisson_rate(1, 0),
        lambda: st.rate_ratio(0, 10, 0, 10),
        lambda: st.count_design_effect([]),
        lambda: st.count_design_effect([0, 1]),
        lambda: st.table_test([[1, -1], [2, 3]]),
        lambda: st.cliffs_delta([1, 2], [1, 2, 3]),
        lambda: st.cliffs_delta([0, 0], [1, 2]),
        lambda: st.at_most(1, 0),
        lambda: st.benjamini_hochberg([0.1, 0.2], [1]),
        lambda: st.benjamini_hochberg([0.1, 0.2], [1, 0]),
    ],
)
def test_what_cannot_be_is_refused(wrong: Sequence[float]) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]
