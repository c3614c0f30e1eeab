"""Intervals, tests and effect sizes for entries that are independent of each other; pure.

Entries of one person are not: resampling.py has the tests that exchange contributors instead of entries. Every function
raises ValueError for counts that cannot be (negative, more than there are, a side without anybody).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

LEVEL = 0.95
"""The level of every interval."""
SPARSE = 5
"""Where a table expects fewer than this in a cell, the chi-square distribution does not hold."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A value between its lower and upper bound; `p` where there is a test with it."""

    value: float
    low: float
    high: float
    p: float | None = None


def wilson(count: int, n: int, *, design_effect: float = 1.0) -> tuple[float, float]:
    """Bounds (low, high) of a share, in fractions: Wilson's score interval.

    (k/n + z²/2n ± z √(k(n-k)/n³ + z²/4n²)) / (1 + z²/n), z = 1.96 √design_effect: as if there were n / design_effect
    entries. Assumes independent entries, or clusters of which `design_effect` (at least 1) says what they cost.
    Wilson 1927, Newcombe 1998 (method 3); with an effective sample size: Korn and Graubard 1998.
    """
    if not 0 <= count <= n or n < 1 or design_effect < 1:
        raise ValueError(f"{count} of {n} with a design effect of {design_effect}")
    z = scipy.stats.norm.isf((1 - LEVEL) / 2) * math.sqrt(design_effect)
    # z squared stands with n everywhere, so that a wider z is the interval of fewer entries.
    level = 1 - 2 * scipy.stats.norm.sf(z)
    # Testing against the share itself spares the work for a p that nobody asks for.
    found = scipy.stats.binomtest(count, n, count / n).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def poisson_rate(count: int, population: int, *, per: int = 10_000) -> Estimate:
    """A count for every `per` residents with its exact Poisson interval.

    Bounds χ²(0.025; 2k)/2 and χ²(0.975; 2k+2)/2, times per / population. Assumes that the k events are independent of
    each other, which holds for contributors rather than for entries. Garwood 1936.
    """
    if count < 0 or population < 1:
        raise ValueError(f"{count} of a population of {population}")
    tail = (1 - LEVEL) / 2
    low = scipy.stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    high = scipy.stats.chi2.isf(tail, 2 * count + 2) / 2
    return Estimate(count / population * per, low / population * per, high / population * per)


def rate_ratio(one: int, population: int, other: int, other_population: int) -> Estimate:
    """The rate of the first divided by that of the second, exact, with the p of the test that they are equal.

    Given their sum, the first count is binomial with share population / (population + other_population); bounds π of
    Clopper and Pearson give the ratio π/(1-π) · other_population/population. Assumes independent events. `high` and
    `value` are infinite where the second count is zero. Przyborowski and Wilenski 1940; R's poisson.test.
    """
    if one < 0 or other < 0 or one + other < 1 or population < 1 or other_population < 1:
        raise ValueError(f"{one} of {population} and {other} of {other_population}")
    test = scipy.stats.binomtest(one, one + other, population / (population + other_population))
    bounds = test.proportion_ci(LEVEL, method="exact")
    scale = other_population / population
    value, low, high = (_odds(share) * scale for share in (one / (one + other), bounds.low, bounds.high))
    return Estimate(value, low, high, float(test.pvalue))


def count_design_effect(sizes: Sequence[int] | NDArray[np.int64]) -> float:
    """By how much the variance of a number of entries exceeds Poisson's, because people send several: Σm²/Σm.

    `sizes` has the entries m of each contributor, at least one each. Assumes that contributors come independently of
    each other (a compound Poisson process: the variance of the sum is λ E m², its mean λ E m). Feller 1968, XII.2.
    """
    entries = np.asarray(sizes, dtype=np.float64)
    if entries.size == 0 or entries.min() < 1:
        raise ValueError("every contributor has at least one entry")
    return float((entries**2).sum() / entries.sum())


def table_test(table: Sequence[Sequence[int]], *, seed: int = 0) -> tuple[str, float]:
    """The test that rows and columns of counts (r x c, no negative) have nothing to do with each other, and its p.

    2 x 2: `fisher`, exact and two-sided. Larger: `chi2` (Pearson, without correction), where it expects fewer than
    five in a cell `chi2_permuted`: 9,999 random tables with the same sums, drawn from `seed`, which is what permuting
    the entries comes to. Empty rows and columns are left out, and a table with fewer than two of each has p = 1.
    Assumes independent entries. Fisher 1922, Pearson 1900, Patefield 1981.
    """
    counts = _counts(table)
    if min(counts.shape) < 2:
        return "fisher", 1.0
    if counts.shape == (2, 2):
        return "fisher", min(1.0, float(scipy.stats.fisher_exact(counts).pvalue))
    test = scipy.stats.chi2_contingency(counts, correction=False)
    if test.expected_freq.min() >= SPARSE:
        return "chi2", float(test.pvalue)
    method = scipy.stats.MonteCarloMethod(n_resamples=9999, rng=np.random.default_rng(seed))
    return "chi2_permuted", float(scipy.stats.chi2_contingency(counts, correction=False, method=method).pvalue)


def cramers_v(table: Sequence[Sequence[int]]) -> float:
    """How strongly rows and columns of counts (r x c) belong together: √(χ² / (n (min(r, c) - 1))), from 0 to 1.

    χ² without correction; 0 for a table with fewer than two rows or columns that are not empty. Cramér 1946.
    """
    counts = _counts(table)
    if min(counts.shape) < 2:
        return 0.0
    return float(scipy.stats.contingency.association(counts, method="cramer"))


def size_of_v(v: float) -> str:
    """A word for Cramér's V: `negligible` below .1, `small` below .3, `medium` below .5, `large`. Cohen 1988."""
    return next((word for limit, word in ((0.1, "negligible"), (0.3, "small"), (0.5, "medium")) if v < limit), "large")


def benjamini_hochberg(p: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """The q of each p: the smallest share of false claims at which it would be claimed, over all of them together.

    q(i) = min over j ≥ i of p(j) m/j for the sorted p. With `weights`, above zero and chosen before the data were seen,
    p(j) is divided by its weight as a multiple of their mean: more weight, more power. Assumes that the tests are
    independent or positively dependent; where all differences are chance, any claim at q ≤ α comes in at most a share
    α of cases. Benjamini and Hochberg 1995, Benjamini and Yekutieli 2001; with weights: Genovese, Roeder and Wasserman
    2006.
    """
    if not p:
        return []
    given = np.ones(len(p)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(given) != len(p) or given.min() <= 0:
        raise ValueError("every p needs a weight above zero")
    weighted = np.minimum(1.0, np.asarray(p) * given.mean() / given)
    return [float(q) for q in scipy.stats.false_discovery_control(weighted, method="bh")]


def cliffs_delta(one: Sequence[int], other: Sequence[int]) -> float:
    """P(a step of the first is above one of the second) - P(below), from -1 to 1.

    `one` and `other` count how often each step of an ordered scale (k steps, the lowest first) was chosen. It equals
    2U/(nm) - 1 of the Mann-Whitney test. Cliff 1993.
    """
    first, second = (np.asarray(counts, dtype=np.float64) for counts in (one, other))
    if first.shape != second.shape or min(first.min(), second.min()) < 0 or not first.sum() or not second.sum():
        raise ValueError("both sides need answers on the same steps")
    above = first[1:] @ np.cumsum(second)[:-1]
    below = second[1:] @ np.cumsum(first)[:-1]
    return float((above - below) / (first.sum() * second.sum()))


def mann_whitney(one: Sequence[int], other: Sequence[int]) -> float:
    """The two-sided p of the test that neither side tends to later steps, with the correction for ties.

    Counts by step as for `cliffs_delta`. Assumes independent answers; the normal approximation is fair from eight
    answers a side. Mann and Whitney 1947.
    """
    cliffs_delta(one, other)
    first, second = (np.repeat(np.arange(len(counts)), counts) for counts in (one, other))
    if len({*first.tolist(), *second.tolist()}) < 2:
        return 1.0
    test = scipy.stats.mannwhitneyu(first, second, alternative="two-sided", method="asymptotic")
    return float(test.pvalue)


def kruskal_wallis(sides: Sequence[Sequence[int]]) -> float:
    """The same for more than two sides: the p that no side tends to later steps than the others.

    Counts by step, a tuple per side. Assumes independent answers. Kruskal and Wallis 1952.
    """
    ranked = [np.repeat(np.arange(len(counts)), counts) for counts in sides]
    if len({step for side in ranked for step in side.tolist()}) < 2:
        return 1.0
    return float(scipy.stats.kruskal(*ranked).pvalue)


def size_of_delta(delta: float) -> str:
    """A word for Cliff's delta: `negligible` below .147, `small` below .33, `medium` below .474. Romano et al. 2006."""
    words = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"))
    return next((word for limit, word in words if abs(delta) < limit), "large")


def median_step(counts: Sequence[int]) -> int | None:
    """The number of the step at which half of the answers are reached, the lower one of two; None without answers."""
    total = sum(counts)
    return int(np.searchsorted(np.cumsum(counts), total / 2)) if total else None


def at_most(observed: int, expected: float) -> float:
    """P(X ≤ observed) where `expected` are expected: how likely so few are by chance. X is Poisson's (Poisson 1837)."""
    if observed < 0 or expected <= 0:
        raise ValueError(f"{observed} where {expected} are expected")
    return float(scipy.stats.poisson.cdf(observed, expected))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else math.inf


def _counts(table: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """The table without empty rows and columns."""
    counts = np.asarray(table, dtype=np.int64)
    if counts.ndim != 2 or counts.min(initial=0) < 0:
        raise ValueError("a table has rows and columns of counts")
    counts = counts[counts.sum(axis=1) > 0]
    return counts[:, counts.sum(axis=0) > 0]
