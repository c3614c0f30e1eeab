"""Hot spots of the comparison in words, and the rings that show them in larger cells.

They are looked for in cells of two sizes: what is found in one only depends on the size, and is not to be relied on.
"""

from collections.abc import Iterator

import h3
from flask_babel import gettext, ngettext

from participation.comparison_result import CityMap, HotSpots
from participation.questionnaire import Questionnaire
from participation.web.plumbing.formats import number
from participation.web.plumbing.locale import lang

RINGS = {"heat_island": "ring-heat", "climate_oasis": "ring-oasis"}


def ring_keys() -> list[tuple[str, str]]:
    """The shades of larger cells and what they mean."""
    return [
        (RINGS["heat_island"], gettext("More heat islands than chance would explain, in larger cells (of some 500 m)")),
        (
            RINGS["climate_oasis"],
            gettext("More climate oases than chance would explain, in larger cells (of some 500 m)"),
        ),
    ]


def rings(cells: CityMap) -> Iterator[tuple[str, str, str]]:
    """Each larger cell that is a hot spot, its shade on the map, and what is said of it."""
    said = dict(ring_keys())
    for spots in cells.hot_spots:
        if spots.resolution != _finest(cells):
            yield from ((code, RINGS[spots.kind], said[RINGS[spots.kind]]) for code in spots.hot)


def in_words(cells: CityMap, name: str, questionnaire: Questionnaire) -> Iterator[str]:
    """What came of looking for hot spots, kind by kind."""
    finest = _finest(cells)
    for spots in cells.hot_spots:
        if spots.resolution != finest:
            continue
        label = questionnaire.kind_label(spots.kind, lang())
        yield _found(spots, name, label)
        for larger in cells.hot_spots:
            if (larger.kind, larger.gate) == (spots.kind, None) and larger.resolution != finest:
                yield _in_larger(spots, larger, name, label)


def _finest(cells: CityMap) -> int:
    return max((spots.resolution for spots in cells.hot_spots), default=0)


def _found(spots: HotSpots, name: str, label: str) -> str:
    values = {"city": name, "kind": label, "pins": number(spots.pins)}
    if spots.gate:
        return gettext(
            "%(city)s, %(kind)s: hot spots are looked for from fifty entries on; there are %(pins)s.", **values
        )
    return ngettext(
        "%(city)s, %(kind)s: %(number)s cell is a hot spot (%(pins)s entries).",
        "%(city)s, %(kind)s: %(number)s cells are hot spots (%(pins)s entries).",
        spots.found,
        number=number(spots.found),
        **values,
    )


def _in_larger(spots: HotSpots, larger: HotSpots, name: str, label: str) -> str:
    values = {"city": name, "kind": label, "number": number(larger.found)}
    if not spots.hot:
        return gettext("%(city)s, %(kind)s: number of hot spots in larger cells (of some 500 m): %(number)s.", **values)
    inside = sum(h3.cell_to_parent(code, larger.resolution) in larger.hot for code in spots.hot)
    return gettext(
        "%(city)s, %(kind)s: number of hot spots in larger cells (of some 500 m): %(number)s. Of the %(fine)s smaller "
        "ones %(inside)s lie in them.",
        fine=number(len(spots.hot)),
        inside=number(inside),
        **values,
    )
