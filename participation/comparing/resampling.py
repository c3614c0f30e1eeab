"""Tests and intervals that exchange or resample contributors, because entries of one person belong together; pure.

Everywhere `sides` (C integers, 0 to G-1) says on which side each of C contributors stands, `counts` (C x K) how many of
their entries count for each of K columns, and `bases` (C x B) out of how many; `base_of` (K integers below B) says
which base belongs to which column. A column's share on a side is the sum of its counts there divided by the sum of its
bases. `variances` (K) is the variance of a single entry over all sides: r (1 - r) where entries do or do not count and
r of them do. ValueError where shapes do not fit or a side has nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

PERMUTATIONS = 9999
"""How often contributors are exchanged: the smallest p is 0.0001."""
RESAMPLES = 1999
"""How often contributors are drawn anew for an interval."""
BLOCK = 4_000_000
"""How many contributors are dealt with at once, over all permutations of a block; bounds the memory."""
# Sums of floating-point numbers in another order differ this much at most, and ties have to count as ties.
TIE = 1e-9

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Clusters:
    """What the contributors of all sides answered; see the head of this module for the shapes."""

    sides: Whole
    counts: Floats
    bases: Floats
    base_of: Whole
    variances: Floats

    def __post_init__(self) -> None:
        contributors, columns = self.counts.shape
        fits = self.sides.shape == (contributors,) and self.base_of.shape == self.variances.shape == (columns,)
        if not fits or len(self.bases) != contributors or len(np.unique(self.sides)) != self.number or not columns:
            raise ValueError("sides, counts and bases do not fit each other, or a side has nobody")

    @property
    def number(self) -> int:
        """How many sides there are."""
        return int(self.sides.max(initial=-1)) + 1

    def of(self, side: int) -> tuple[Floats, Floats]:
        """Counts (c x K) and bases (c x B) of the contributors of one side."""
        there = self.sides == side
        return self.counts[there], self.bases[there]


def exchange(
    clusters: Clusters, *, seed: int, permutations: int = PERMUTATIONS, progress: Progress | None = None
) -> Floats:
    """The p of each column (K): how often contributors dealt to the sides at random differ as much as they do.

    With residuals u = y - r n (y counts, n bases, r the share over all sides), D = Σu/Σn of a side and its variance
    V = σ² ((1 - ρ) Σn + ρ Σn²)/(Σn)², the statistic is Σ(D - D̄)²/V with D̄ weighted by 1/V; σ² is the variance of an
    entry and ρ how much entries of one person resemble each other, over all sides: Σ(u² - σ²n)/Σσ²(n² - n), within 0
    and 1. p = (1 + how many of the permuted ones reach the observed one) / (1 + permutations). Two-sided.

    Assumes that contributors are independent and, where nothing differs, exchangeable. Dividing by a variance that
    knows how many entries people sent keeps it right for many contributors when those of one side send more each:
    Janssen 1997, Chung and Romano 2013; the variance with ρ: Kish 1965, Donner and Klar 2000. p is 1 for a column that
    nobody or everybody named. `progress` gets the part done, 0 to 1.
    """
    columns = np.hstack([_residuals(clusters), clusters.bases, clusters.bases**2])
    alike = _alikeness(clusters)
    observed = _statistic(_sums(clusters.sides[None, :], columns, clusters.number), clusters, alike)
    reached = np.zeros(clusters.counts.shape[1])
    rng = np.random.default_rng(seed)
    rows, done = max(1, BLOCK // len(clusters.sides)), 0
    labels = clusters.sides.astype(np.int8)
    while done < permutations:
        block = min(rows, permutations - done)
        dealt = rng.permuted(np.tile(labels, (block, 1)), axis=1)
        found = _statistic(_sums(dealt, columns, clusters.number), clusters, alike)
        reached += (found >= observed * (1 - TIE)).sum(axis=0)
        done += block
        if progress:
            progress(done / permutations)
    p = (1 + reached) / (1 + permutations)
    p[clusters.variances <= TIE] = 1.0
    return p


def design_effect(counts: Floats, bases: Floats) -> float:
    """By how much clustering widens the variance of the shares of one side, on average over the columns; at least 1.

    `counts` (C x K) and `bases` (C), both of one question. Σ_k v_k / Σ_k r_k(1-r_k)/N with the variance of a ratio
    v_k = C/(C-1) Σ(y - r_k n)²/N², N = Σn. 1 for fewer than two contributors and where nothing varies.
    Rao and Scott 1981 (the mean of the generalised design effects); Cochran 1977, 6.5.
    """
    asked = bases > 0
    y, n = counts[asked], bases[asked][:, None]
    total, contributors = n.sum(), len(n)
    if contributors < 2:
        return 1.0
    shares = y.sum(axis=0) / total
    independent = (shares * (1 - shares)).sum() / total
    clustered = contributors / (contributors - 1) * ((y - shares * n) ** 2).sum() / total**2
    return max(1.0, float(clustered / independent)) if independent > 0 else 1.0


def ridits(counts: Floats) -> Floats:
    """The mean rank of each step of an ordered scale among all answers, as a part of them, from 0 to 1.

    `counts` (S) says how often each step was chosen over all sides. The difference of two sides' mean ridits is half
    of Cliff's delta. Bross 1958. ValueError where nobody answered.
    """
    if not counts.sum():
        raise ValueError("nobody answered")
    result: Floats = (np.cumsum(counts) - counts / 2) / counts.sum()
    return result


@dataclass(frozen=True)
class Resampled:
    """Sums over the contributors of one side: as they are, of R resamples, and without each contributor in turn.

    `observed` (K), `drawn` (R x K), `without` (C x K).
    """

    observed: Floats
    drawn: Floats
    without: Floats


def resample(counts: Floats, *, rng: np.random.Generator, resamples: int = RESAMPLES) -> Resampled:
    """Draw as many contributors as there are, with replacement, `resamples` times; `counts` is C x K of one side."""
    contributors = len(counts)
    if not contributors:
        raise ValueError("a side has nobody")
    drawn, rows = [], max(1, BLOCK // contributors)
    for start in range(0, resamples, rows):
        block = min(rows, resamples - start)
        chosen = rng.integers(contributors, size=(block, contributors)) + contributors * np.arange(block)[:, None]
        times = np.bincount(chosen.ravel(), minlength=block * contributors).reshape(block, contributors)
        drawn.append(times.astype(np.float64) @ counts)
    observed = counts.sum(axis=0)
    return Resampled(observed, np.vstack(drawn), observed - counts)


def bca(statistic: Callable[..., Floats], sides: Sequence[Resampled], *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Bounds (low, high; M each) of a statistic of the sides' sums: the bias-corrected and accelerated bootstrap.

    `statistic` takes an array (... x K) per side and gives (... x M). The bounds are the quantiles
    Φ(z₀ + (z₀ + z)/(1 - a (z₀ + z))) of the resampled values, with z₀ from how many lie below the observed value and
    a from leaving out each contributor in turn. Assumes independent contributors; resamples in which a share has no
    base are left out. Where nothing varies both bounds are the value itself.
    Efron 1987; for several samples as in scipy.stats.bootstrap.
    """
    observed = statistic(*(side.observed for side in sides))
    values = statistic(*(side.drawn for side in sides))
    acceleration = _acceleration(statistic, sides)
    low, high = np.array(observed, dtype=np.float64), np.array(observed, dtype=np.float64)
    tails = scipy.stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
    for column in range(len(observed)):
        drawn = values[:, column][np.isfinite(values[:, column])]
        if not len(drawn) or np.ptp(drawn) <= TIE:
            continue
        below = ((drawn < observed[column]).mean() + (drawn <= observed[column]).mean()) / 2
        bias = scipy.stats.norm.ppf(min(max(below, 0.5 / len(drawn)), 1 - 0.5 / len(drawn)))
        shifted = bias + (bias + tails) / (1 - acceleration[column] * (bias + tails))
        low[column], high[column] = np.quantile(drawn, scipy.stats.norm.cdf(shifted))
    return low, high


def _acceleration(statistic: Callable[..., Floats], sides: Sequence[Resampled]) -> Floats:
    cubes, squares = 0.0, 0.0
    for index, side in enumerate(sides):
        rest = [other.observed if number != index else side.without for number, other in enumerate(sides)]
        left = statistic(*rest)
        n = len(side.without)
        influence = (n - 1) * (np.nanmean(left, axis=0) - left)
        cubes = cubes + np.nansum(influence**3, axis=0) / n**3
        squares = squares + np.nansum(influence**2, axis=0) / n**2
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(squares > 0, cubes / 6 / np.power(squares, 1.5), 0.0)
    return found


def _residuals(clusters: Clusters) -> Floats:
    bases = clusters.bases.sum(axis=0)[clusters.base_of]
    shares = np.divide(clusters.counts.sum(axis=0), bases, out=np.zeros(len(bases)), where=bases > 0)
    residuals: Floats = clusters.counts - shares * clusters.bases[:, clusters.base_of]
    return residuals


def _alikeness(clusters: Clusters) -> Floats:
    """How much entries of one person resemble each other in each column (K), from 0 to 1."""
    bases = clusters.bases[:, clusters.base_of]
    excess = (_residuals(clusters) ** 2 - clusters.variances * bases).sum(axis=0)
    most = (clusters.variances * (bases**2 - bases)).sum(axis=0)
    found: Floats = np.clip(np.divide(excess, most, out=np.zeros(len(most)), where=most > TIE), 0.0, 1.0)
    return found


def _sums(dealt: NDArray[np.integer], columns: Floats, sides: int) -> list[Floats]:
    """The sums of all columns on each side, for every row of `dealt` (P x C); a list of P x (K + 2B)."""
    first = [(dealt == side).astype(np.float64) @ columns for side in range(sides - 1)]
    return [*first, columns.sum(axis=0) - sum(first)]


def _statistic(sums: Sequence[Floats], clusters: Clusters, alike: Floats) -> Floats:
    """P x K."""
    columns, bases = clusters.counts.shape[1], clusters.bases.shape[1]
    weights, weighted, squared = (np.zeros((len(sums[0]), columns)) for _ in range(3))
    for part in sums:
        base = part[:, columns : columns + bases][:, clusters.base_of]
        squares = part[:, columns + bases :][:, clusters.base_of]
        variance = clusters.variances * ((1 - alike) * base + alike * squares)
        weight = np.divide(base**2, variance, out=np.zeros_like(base), where=variance > TIE)
        mean = np.divide(part[:, :columns], base, out=np.zeros_like(base), where=base > 0)
        weights, weighted, squared = weights + weight, weighted + weight * mean, squared + weight * mean**2
    shared = np.divide(np.square(weighted), weights, out=np.zeros_like(weights), where=weights > 0)
    result: Floats = squared - shared
    return result
