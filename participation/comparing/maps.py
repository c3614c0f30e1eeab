"""Cells of the map of one city, none of fewer than five people, and which of them are hot spots; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import h3
import numpy as np

from participation import bins
from participation.comparing import gates, hot_spots, statistics
from participation.comparing.entries import CityEntries, Entry
from participation.comparing.rounding import rounded
from participation.comparison_figures import Interval
from participation.comparison_result import Cell, CellCount, CityMap, HotSpots

FINE, COARSE = 9, 8
"""The H3 resolutions in which hot spots are looked for: cells with sides of about 200 m and 500 m."""
HEAT, OASIS = "heat_island", "climate_oasis"
Cells = dict[tuple[int, str], dict[str, CellCount]]


def city_map(part: CityEntries, *, seen: Iterable[Entry], seed: int) -> CityMap:
    """The cells of a city with at least five contributors of a kind, and its hot spots.

    `seen` are the entries of all campaigns there are: where somebody has put something, and right beside it, hot spots
    are looked for, so that fields and forests nobody goes to do not make every built-up street one.
    """
    counted, elsewhere = _counted(part)
    found: list[HotSpots] = []
    for resolution in (FINE, COARSE):
        searched = _searched(seen, resolution)
        found += [_hot(part.entries, kind, searched, resolution, seed) for kind in (HEAT, OASIS)]
    hot = {spots.kind: {*spots.hot} for spots in found if spots.resolution == FINE}
    cells = tuple(
        _cell(cell, resolution, kinds, [kind for kind in hot if cell in hot[kind]])
        for (resolution, cell), kinds in sorted(counted.items(), reverse=True)
    )
    return CityMap(part.city.slug, cells, elsewhere, tuple(found))


def _counted(part: CityEntries) -> tuple[Cells, Mapping[str, int]]:
    """What each cell counts by kind, and how many entries of each kind with a point are in none."""
    cells: Cells = defaultdict(dict)
    elsewhere: dict[str, int] = defaultdict(int)
    points = sorted(part.entries, key=lambda entry: (entry.published_at, entry.id))
    sent = (bins.Sent(one.kind, one.contributor, one.lat, one.lon, one.district, one.published_at) for one in points)
    for one in bins.bins(sent, ends_at=part.ends_at if part.is_over else None):
        if one.level.startswith("h3_"):
            cells[int(one.level[3:]), one.region][one.kind] = CellCount(one.submissions, one.contributors)
        else:
            elsewhere[one.kind] += one.submissions
    return cells, dict(sorted(elsewhere.items()))


def _cell(cell: str, resolution: int, kinds: Mapping[str, CellCount], hot: Sequence[str]) -> Cell:
    share, interval = None, None
    if HEAT in kinds and OASIS in kinds:
        heat = kinds[HEAT].submissions
        both = heat + kinds[OASIS].submissions
        low, high = statistics.wilson(heat, both)
        share, interval = rounded(heat / both), Interval(rounded(low), rounded(high))
    return Cell(cell, resolution, dict(sorted(kinds.items())), share, interval, tuple(hot))


def _searched(seen: Iterable[Entry], resolution: int) -> list[str]:
    """Every cell with an entry, and those right beside."""
    points = [(one.lat, one.lon) for one in seen]
    used = {h3.latlng_to_cell(lat, lon, resolution) for lat, lon in points if lat is not None and lon is not None}
    return sorted({beside for cell in used for beside in h3.grid_disk(cell, 1)})


def _hot(entries: Sequence[Entry], kind: str, searched: Sequence[str], resolution: int, seed: int) -> HotSpots:
    """How hot spots of a kind were looked for, and the cells that are one.

    Each contributor counts once in a cell, so that nobody makes a hot spot alone.
    """
    pins = [one for one in entries if one.kind == kind and one.lat is not None and one.lon is not None]
    if len(pins) < hot_spots.PINS:
        return HotSpots(kind, resolution, (), len(pins), 0, 0, None, "few_pins")
    people: dict[str, set[str]] = defaultdict(set)
    for one in pins:
        people[h3.latlng_to_cell(one.lat, one.lon, resolution)].add(one.sender)
    number = {cell: at for at, cell in enumerate(searched)}
    beside = [
        [number[one] for one in sorted(h3.grid_disk(cell, 1)) if one != cell and one in number] for cell in searched
    ]
    values = np.array([len(people.get(cell, ())) for cell in searched], dtype=np.float64)
    p = hot_spots.hot_p(values, beside, seed=seed)
    cutoff = hot_spots.cut_off(p)
    hot = [cell for at, cell in enumerate(searched) if p[at] <= cutoff and len(people.get(cell, ())) >= gates.SHOWN]
    return HotSpots(kind, resolution, tuple(hot), len(pins), len(searched), len(hot), rounded(cutoff), None)
