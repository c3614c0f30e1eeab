"""Hot spots: where more lies together than chance would put there, by Getis-Ord Gi*; pure."""

import math
from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

PINS = 50
"""With fewer entries hot spots are decoration."""
PERMUTATIONS = 9999
ALPHA = 0.05
# How many permuted sums are held at once.
BLOCK = 2_000_000

Floats = NDArray[np.float64]


def gi_star(values: Floats, neighbours: Sequence[Sequence[int]]) -> Floats:
    """The standardised Gi* of each cell: how far the sum of it and its neighbours lies above what is to be expected.

    `values` (n) is what was counted in each cell, `neighbours` (n) the numbers of the cells beside each, without
    itself. With k = neighbours + 1, mean x̄ and S² = Σx²/n - x̄²: (Σ x_j - k x̄) / (S √((n k - k²)/(n - 1))), in standard
    deviations. Normal for many cells and neighbours. Zero where all cells have the same. ValueError for fewer than two
    cells, and where the lengths differ. Ord and Getis 1995, equation 6.
    """
    n = len(values)
    if n < 2 or len(neighbours) != n:
        raise ValueError("Gi* needs two cells, and neighbours of each")
    sizes = np.array([len(beside) + 1 for beside in neighbours], dtype=np.float64)
    sums = np.array([values[index] + values[list(beside)].sum() for index, beside in enumerate(neighbours)])
    spread = math.sqrt(max(0.0, float((values**2).mean() - values.mean() ** 2)))
    scale = spread * np.sqrt(np.maximum(n * sizes - sizes**2, 0) / (n - 1))
    result: Floats = np.divide(sums - sizes * values.mean(), scale, out=np.zeros(n), where=scale > 0)
    return result


def hot_p(
    values: Floats, neighbours: Sequence[Sequence[int]], *, seed: int, permutations: int = PERMUTATIONS
) -> Floats:
    """The p of each cell (n): how often as much lies around it when all other cells are shuffled. One-sided.

    The cell keeps its own value, its neighbours get those of others drawn without replacement; p = (1 + how many of the
    permuted sums reach the observed one) / (1 + permutations). Anselin 1995 (conditional permutation). ValueError as
    for `gi_star`.
    """
    gi_star(values, neighbours)
    n = len(values)
    most = min(max(map(len, neighbours), default=0), n - 1)
    drawn = _draws(n - 1, most, permutations, np.random.default_rng(seed))
    p = np.ones(n)
    for index, beside in enumerate(neighbours):
        others = np.delete(values, index)
        sums = others[drawn[:, : len(beside)]].sum(axis=1)
        reached = (sums >= values[list(beside)].sum() - 1e-9).sum()
        p[index] = (1 + reached) / (1 + permutations)
    return p


def cut_off(p: Floats, alpha: float = ALPHA) -> float:
    """The largest p that may be claimed when at most a share `alpha` of claims is to be false; 0 where none may.

    The largest p(i) ≤ α i/n of the sorted p. Benjamini and Hochberg 1995; Caldas de Castro and Singer 2006 for maps.
    """
    q = scipy.stats.false_discovery_control(p, method="bh")
    claimed = p[q <= alpha]
    return float(claimed.max()) if len(claimed) else 0.0


def _draws(cells: int, most: int, permutations: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """For each permutation the numbers of `most` different cells out of `cells`."""
    blocks, rows = [], max(1, BLOCK // max(1, cells))
    for start in range(0, permutations, rows):
        block = min(rows, permutations - start)
        chance = rng.random((block, cells))
        chosen = np.argpartition(chance, min(most, cells - 1), axis=1)[:, :most]
        # The first of them stand for cells with fewer neighbours, so their order has to be chance too.
        blocks.append(np.take_along_axis(chosen, np.argsort(rng.random(chosen.shape), axis=1), axis=1))
    return np.vstack(blocks)
