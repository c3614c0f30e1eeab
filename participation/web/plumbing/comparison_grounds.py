"""Which part of each city the maps of a comparison show: all at the same scale, and as close as their cells allow."""

from collections.abc import Mapping, Sequence

from participation import comparison_maps
from participation.comparison_maps import Box, Ground
from participation.comparison_result import CityMap
from participation.models.cities import City
from participation.services import city_outlines

Boxes = Mapping[str, Box]
"""The part of each city in which there are cells, by its slug."""


def boxes(maps: Sequence[CityMap]) -> Boxes:
    """The parts of the cities in which there is something to see; those of which nothing is shown have none."""
    found = {
        own.city: comparison_maps.around(
            [*(each.cell for each in own.cells), *(code for spots in own.hot_spots for code in spots.hot)]
        )
        for own in maps
    }
    return {slug: box for slug, box in found.items() if box}


def ground(city: City, box: Box | None = None) -> Ground:
    """The outline of a city as the map draws it, all of it or the part in a box."""
    drawn = city_outlines.outline(city.boundary, tuple(district.boundary for district in city.districts))
    return Ground(drawn.boundary, drawn.districts, box=box)


def districts_box(city: City) -> Box | None:
    """The part of a city in which it has districts."""
    found = [district.area.box for district in city.districts]
    if not found:
        return None
    west, south, east, north = zip(*found, strict=True)
    return min(west), min(south), max(east), max(north)


def span_m(cities: Sequence[City], shown: Boxes) -> float:
    """The side of the maps in metres, so that these cities have the same scale: as close as their cells allow."""
    grounds = [ground(city, shown[city.slug]) for city in cities if city.slug in shown]
    return comparison_maps.span_m(grounds or [ground(city) for city in cities])


def districts_span_m(cities: Sequence[City]) -> float:
    """The same for the maps of their districts."""
    return comparison_maps.span_m([ground(city, districts_box(city)) for city in cities])
