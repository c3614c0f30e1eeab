"""Plausible spots for the demonstration's samples: around landmarks and in districts, neither even nor stacked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from participation.geo import METRES_PER_DEGREE, Point, distance_m
from participation.models.cities import City, Landmark
from participation.services.demo_samples import Group

# Metres: between two spots, from an anchor to a spot, from a spot to what somebody pinned there.
APART = 30
NEAR, FAR = 50, 250
AT_LANDMARK, AT_SPOT = 45, 20
# Types of places that are only found where there is one of them; others may be anywhere in the city.
ONLY_THERE = ("waterside", "urban_forest")


@dataclass(frozen=True)
class Spot:
    """A place to be, with its share of the submissions; some are at a landmark."""

    kind: str
    place_type: str
    point: Point
    landmark: Landmark | None
    share: int


def spots(rng: Random, city: City, groups: Sequence[Group]) -> list[Spot]:
    """All spots of a city. The landmarks of a type come first and are the most popular."""
    found: list[Spot] = []
    free = list(city.landmarks)
    for group in groups:
        landmarks = [landmark for landmark in free if landmark.place_type == group.place_type][: group.places]
        free = [landmark for landmark in free if landmark not in landmarks]
        shares = _shares(rng, group)
        for landmark, share in zip(landmarks, shares, strict=False):
            found.append(Spot(group.kind, group.place_type, landmark.point, landmark, share))
        for share in shares[len(landmarks) :]:
            taken = [spot.point for spot in found] + [landmark.point for landmark in city.landmarks]
            point = _spot(rng, city, group.place_type, taken)
            found.append(Spot(group.kind, group.place_type, point, None, share))
    return found


def pinned(rng: Random, city: City, spot: Spot) -> Point:
    """Where somebody who means this spot sets the pin."""
    while True:
        point = _around(rng, spot.point, 2, AT_LANDMARK if spot.landmark else AT_SPOT)
        if city.area.contains(point):
            return point


def _shares(rng: Random, group: Group) -> list[int]:
    """One submission for each place, and the rest mostly for the first ones."""
    shares = [1] * group.places
    popularity = [1 / (number + 1) for number in range(group.places)]
    for chosen in rng.choices(range(group.places), popularity, k=group.submissions - group.places):
        shares[chosen] += 1
    return shares


def _spot(rng: Random, city: City, place_type: str, taken: Sequence[Point]) -> Point:
    alike = [landmark.point for landmark in city.landmarks if landmark.place_type == place_type]
    anchors = [landmark.point for landmark in city.landmarks] + [district.area.centre for district in city.districts]
    if alike and place_type in ONLY_THERE:
        anchors = alike
    reach = FAR
    while True:
        point = _around(rng, rng.choice(anchors), NEAR, reach)
        if city.area.contains(point) and all(distance_m(point, other) >= APART for other in taken):
            return point
        # Each try looks a little further, so that a crowded city ends the search as well.
        reach += 1


def _around(rng: Random, centre: Point, nearest: float, furthest: float) -> Point:
    """A point in a ring around the centre, in metres, every spot of it as likely as any other."""
    metres = math.sqrt(rng.uniform(nearest**2, furthest**2))
    direction = rng.uniform(0, 2 * math.pi)
    north = metres * math.cos(direction) / METRES_PER_DEGREE
    east = metres * math.sin(direction) / (METRES_PER_DEGREE * math.cos(math.radians(centre.lat)))
    return Point(round(centre.lat + north, 6), round(centre.lon + east, 6))
