"""Gi* against what esda computes, and against counting by hand."""

import h3
import numpy as np
import pytest

from participation.comparing import hot_spots

# What esda 2.9.0 computes for `city(3)`: G_Local(values, W(dict(enumerate(beside))), transform="B", star=True,
# permutations=9999, seed=1), its Zs and its p_sim; the p of cells with less than expected count the other side.
ESDA_Z = """
-1.3301 -1.3301 -0.2717 -0.7637 0.4994 2.116 -1.3301 -0.4244 -0.4244 2.8088 -1.0655 -0.4244 -0.8009 -1.3301 -1.3463
2.8088 0.4994 0.0375 -1.055 -1.5947 -1.0655 -0.6554 -1.0655 0.9612 -1.3463 2.8088 1.1922 5.3493 2.8088 0.7303 -0.4244
2.3469 -0.7637 -0.4724 -0.8009 -0.2717 0.7303
"""
ESDA_P = """
0.1142 0.0333 0.3874 0.3586 0.3088 0.0854 0.0331 0.419 0.3413 0.0156 0.2155 0.4143 0.2943 0.1077 0.0001 0.0181 0.4411
0.4134 0.2245 0.0001 0.2131 0.2414 0.0304 0.1348 0.0618 0.0161 0.1264 0.0001 0.0222 0.174 0.3408 0.0698 0.3582 0.3661
0.2939 0.2593 0.1713
"""


def city(rings: int) -> tuple[np.ndarray, list[list[int]]]:
    """Cells within some rings, with entries at random and many around one cell; and which lie beside each."""
    centre = h3.latlng_to_cell(49.6316, 8.3656, 9)
    cells = sorted(h3.grid_disk(centre, rings))
    number = {cell: index for index, cell in enumerate(cells)}
    beside = [[number[one] for one in sorted(h3.grid_disk(cell, 1)) if one != cell and one in number] for cell in cells]
    values = np.random.default_rng(1).poisson(0.6, len(cells)).astype(float)
    for cell in h3.grid_disk(centre, 1):
        values[number[cell]] += 4
    return values, beside


def test_as_esda_computes_it() -> None:
    values, beside = city(3)
    expected, expected_p = (np.array([float(one) for one in text.split()]) for text in (ESDA_Z, ESDA_P))
    assert hot_spots.gi_star(values, beside) == pytest.approx(expected, abs=1e-4)
    p = hot_spots.hot_p(values, beside, seed=1)
    hot = expected > 1
    assert p[hot] == pytest.approx(expected_p[hot], abs=0.012)
    assert np.flatnonzero(p <= hot_spots.cut_off(p)).tolist() == [27]


def test_the_planted_spot_is_found_and_chance_is_not() -> None:
    values, beside = city(9)
    p = hot_spots.hot_p(values, beside, seed=3)
    found = np.flatnonzero(p <= hot_spots.cut_off(p))
    assert int(np.argmax(hot_spots.gi_star(values, beside))) in found
    assert len(found) < 30
    noise = np.random.default_rng(2).permutation(values)
    assert hot_spots.cut_off(hot_spots.hot_p(noise, beside, seed=3)) < 0.01


def test_the_formula_by_hand() -> None:
    values = np.array([5.0, 1, 0, 2])
    found = hot_spots.gi_star(values, [[1], [0, 2], [1, 3], [2]])
    spread = np.sqrt((25 + 1 + 4) / 4 - 4)
    assert found[0] == pytest.approx((6 - 2 * 2) / (spread * np.sqrt((4 * 2 - 4) / 3)))
    assert found[1] == pytest.approx((6 - 3 * 2) / (spread * np.sqrt((4 * 3 - 9) / 3)))
    assert hot_spots.gi_star(np.ones(3), [[1], [0, 2], [1]]).tolist() == [0, 0, 0]


def test_one_neighbour_in_every_way() -> None:
    """The cell beside the first gets each of the three others equally often: 1 in 3 reaches 4."""
    values = np.array([0.0, 4, 0, 2])
    p = hot_spots.hot_p(values, [[1], [0], [3], [2]], seed=1)
    assert p[0] == pytest.approx(1 / 3, abs=0.02)
    assert p[1] == 1


def test_the_same_seed_gives_the_same_p() -> None:
    values, beside = city(9)
    first = hot_spots.hot_p(values, beside, seed=5, permutations=99)
    assert (first == hot_spots.hot_p(values, beside, seed=5, permutations=99)).all()


def test_what_cannot_be_is_refused() -> None:
    for values, beside in (([1.0], [[]]), ([1.0, 2.0], [[1]])):
        with pytest.raises(ValueError):
            hot_spots.gi_star(np.array(values), beside)
    assert hot_spots.cut_off(np.array([0.5, 0.9])) == 0
