"""Tests and intervals by contributors, against counting every way to deal them, and against scipy's own bootstrap."""

from itertools import combinations

import numpy as np
import pytest
import scipy

from participation.comparing import resampling as rs
from participation.comparing import statistics as st


def ones(first: tuple[int, int], second: tuple[int, int]) -> rs.Clusters:
    """Everybody answered once: (yes, no) on both sides."""
    said = np.repeat([1.0, 0.0, 1.0, 0.0], [*first, *second])
    sides = np.repeat([0, 1], [sum(first), sum(second)])
    return rs.Clusters(sides, said[:, None], np.ones((len(said), 1)), np.array([0]), np.array([said.var()]))


def clustered(rng: np.random.Generator, people: tuple[int, int], share: tuple[float, float]) -> rs.Clusters:
    """Everybody answers one to six times, and answers of one person resemble each other (ICC 0.2)."""
    sides = np.repeat([0, 1], people)
    sizes = 1 + rng.binomial(5, 0.3, len(sides))
    own = np.array([rng.beta(4 * share[side], 4 * (1 - share[side])) for side in sides])
    said = rng.binomial(sizes, own)[:, None].astype(float)
    return rs.Clusters(sides, said, sizes[:, None] * 1.0, np.array([0]), spread(said.sum() / sizes.sum()))


def spread(*shares: float) -> rs.Floats:
    return np.array([share * (1 - share) for share in shares])


def by_hand(clusters: rs.Clusters, first: tuple[int, ...]) -> float:
    """The statistic as the docstring has it, for two sides, with loops."""
    y, n = clusters.counts[:, 0], clusters.bases[:, 0]
    r = y.sum() / n.sum()
    u = y - r * n
    alike = sum(u**2 - r * (1 - r) * n) / sum(r * (1 - r) * (n**2 - n))
    alike = min(1.0, max(0.0, alike))
    means, variances = [], []
    for members in (first, tuple(set(range(len(y))) - set(first))):
        total = sum(n[i] for i in members)
        means.append(sum(u[i] for i in members) / total)
        squares = sum(n[i] ** 2 for i in members)
        variances.append(r * (1 - r) * ((1 - alike) * total + alike * squares) / total**2)
    return float((means[0] - means[1]) ** 2 / sum(variances))


def test_exchanging_contributors_comes_near_to_dealing_them_in_every_way() -> None:
    clusters = clustered(np.random.default_rng(3), (6, 8), (0.75, 0.3))
    observed = by_hand(clusters, tuple(range(6)))
    ways = [by_hand(clusters, first) for first in combinations(range(14), 6)]
    exact = np.mean([value >= observed * (1 - 1e-9) for value in ways])
    [p] = rs.exchange(clusters, seed=1, permutations=19_999)
    assert p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))


@pytest.mark.parametrize(("first", "second"), [((120, 80), (26, 38)), ((36, 24), (5, 8))])
def test_where_everybody_answered_once_it_agrees_with_fisher(first: tuple[int, int], second: tuple[int, int]) -> None:
    [p] = rs.exchange(ones(first, second), seed=1)
    fisher = st.table_test([first, second])[1]
    assert p == pytest.approx(fisher, rel=0.35)
    assert (p < 0.05) == (fisher < 0.05)


def test_the_same_seed_gives_the_same_p() -> None:
    clusters = clustered(np.random.default_rng(5), (40, 60), (0.5, 0.6))
    assert rs.exchange(clusters, seed=8, permutations=499) == rs.exchange(clusters, seed=8, permutations=499)


def test_blocks_do_not_change_the_order_of_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    clusters = clustered(np.random.default_rng(5), (40, 60), (0.5, 0.6))
    seen: list[float] = []
    whole = rs.exchange(clusters, seed=8, permutations=499)
    monkeypatch.setattr(rs, "BLOCK", 5000)
    assert rs.exchange(clusters, seed=8, permutations=499, progress=seen.append) == whole
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) == 10


def test_columns_with_their_own_bases_and_three_sides() -> None:
    rng = np.random.default_rng(2)
    one = clustered(rng, (50, 50), (0.3, 0.7))
    sides = np.concatenate([one.sides, np.full(30, 2)])
    counts = np.zeros((130, 3))
    bases = np.zeros((130, 2))
    counts[:100, :1], bases[:100, :1] = one.counts, one.bases
    counts[100:, 0], bases[100:, 0] = 1, 2
    bases[:, 1] = 1
    counts[:, 1] = rng.integers(0, 2, 130)
    variances = spread(counts[:, 0].sum() / bases[:, 0].sum(), counts[:, 1].mean(), 0)
    p = rs.exchange(rs.Clusters(sides, counts, bases, np.array([0, 1, 1]), variances), seed=1, permutations=999)
    assert p[0] == 0.001
    assert p[1] > 0.01
    assert p[2] == 1


def test_false_claims_of_clustered_answers_stay_at_five_in_a_hundred() -> None:
    """Sizes of 2021; the test of Fisher, which takes every entry for another person's, is not that careful."""
    rng = np.random.default_rng(11)
    claimed, careless = 0, 0
    for seed in range(200):
        clusters = clustered(rng, (180, 39), (0.4, 0.4))
        claimed += rs.exchange(clusters, seed=seed, permutations=199)[0] <= 0.05
        table = [
            [int(clusters.of(side)[0].sum()), int((clusters.of(side)[1] - clusters.of(side)[0]).sum())]
            for side in (0, 1)
        ]
        careless += st.table_test(table)[1] <= 0.05
    # At five in a hundred, more than 19 of 200 come by chance once in 200 times.
    assert claimed <= 19
    assert careless > claimed


def test_a_design_effect_is_that_of_the_clusters() -> None:
    """1 + (m - 1) ICC where everybody has m entries."""
    rng = np.random.default_rng(4)
    own = rng.beta(2, 2, 20_000)
    counts = rng.binomial(3, own)[:, None].astype(float)
    assert rs.design_effect(counts, np.full(20_000, 3.0)) == pytest.approx(1 + 2 * 0.2, rel=0.03)
    assert rs.design_effect(rng.binomial(1, 0.4, (9000, 1)) * 1.0, np.ones(9000)) == pytest.approx(1, abs=0.001)
    assert rs.design_effect(np.ones((5, 1)), np.ones(5)) == 1
    assert rs.design_effect(np.ones((1, 1)), np.ones(1)) == 1


def test_the_difference_of_mean_ridits_is_half_of_cliffs_delta() -> None:
    one, other = np.array([5.0, 9, 14, 8, 4]), np.array([2.0, 4, 9, 12, 13])
    ranks = rs.ridits(one + other)
    difference = one @ ranks / one.sum() - other @ ranks / other.sum()
    delta = st.cliffs_delta(one.astype(int).tolist(), other.astype(int).tolist())
    assert 2 * difference == pytest.approx(delta)


def difference(one: rs.Floats, other: rs.Floats) -> rs.Floats:
    with np.errstate(invalid="ignore"):
        return one[..., :1] / one[..., 1:] - other[..., :1] / other[..., 1:]


def test_an_interval_like_that_of_scipy() -> None:
    clusters = ones((30, 20), (22, 38))
    rng = np.random.default_rng(1)
    sides = [rs.resample(np.hstack(clusters.of(side)), rng=rng, resamples=9999) for side in (0, 1)]
    low, high = rs.bca(difference, sides)
    samples = [clusters.of(side)[0][:, 0] for side in (0, 1)]
    expected = scipy.stats.bootstrap(
        samples, lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis), method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    assert low[0] == pytest.approx(expected.low, abs=0.012)
    assert high[0] == pytest.approx(expected.high, abs=0.012)


def test_an_interval_covers_the_truth_of_clustered_answers() -> None:
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(200):
        clusters = clustered(rng, (80, 60), (0.6, 0.4))
        sides = [rs.resample(np.hstack(clusters.of(side)), rng=rng, resamples=399) for side in (0, 1)]
        low, high = rs.bca(difference, sides)
        covered += low[0] <= 0.2 <= high[0]
    assert 0.89 <= covered / 200 <= 0.99


def test_where_nothing_varies_the_interval_is_the_value() -> None:
    side = rs.resample(np.ones((6, 2)), rng=np.random.default_rng(1), resamples=99)
    low, high = rs.bca(difference, [side, side])
    assert (low[0], high[0]) == (0, 0)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError):
        rs.Clusters(np.array([0, 2]), np.ones((2, 1)), np.ones((2, 1)), np.array([0]), np.ones(1))
    with pytest.raises(ValueError):
        rs.Clusters(np.array([0, 1]), np.ones((3, 1)), np.ones((3, 1)), np.array([0]), np.ones(1))
    with pytest.raises(ValueError):
        rs.resample(np.ones((0, 2)), rng=np.random.default_rng(1))
    with pytest.raises(ValueError):
        rs.ridits(np.zeros(3))
