"""Basemaps: which tiles of the background a city serves, where they come from, and the names for its search."""

import sqlite3
import zlib
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import cells
from participation.errors import NotFound
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services.basemap_archives import Box, mbtiles_tile, picture_format, pmtiles_tile
from participation.services.basemap_relay import Kept, Relay

# How far the map goes beyond the city, in parts of its size: from near only a little, from afar the whole screen.
NEAR, WIDE = 0.6, 2.0
WIDE_UNTIL_ZOOM = 12
NAMES_MAX = 2000


def raster_tile(*, city: City, z: int, x: int, y: int, folder: Path, relay: Relay) -> Kept | None:
    """A picture of the background; None where there is none at this spot.

    Raises NotFound where the city has no such map or no such zoom, Unavailable where its provider is away.
    """
    basemap = city.basemap
    if not basemap or basemap.get("tiles") != "raster" or not basemap["min_zoom"] <= z <= basemap["max_zoom"]:
        raise NotFound("tile_unknown")
    try:
        edges = cells.tile_box(z, x, y)
    except ValueError as error:
        raise NotFound("tile_unknown") from error
    if not _touch(edges, box_at(city, z)):
        return None
    if basemap["type"] == "relay":
        return relay.tile(city=city.slug, address=basemap["address"], z=z, x=x, y=y)
    data = _from_archive(folder / basemap["file"], z, x, y)
    return Kept(data, fresh=True) if data and picture_format(data) else None


def _from_archive(file: Path, z: int, x: int, y: int) -> bytes | None:
    """Damage that came after the archive was checked costs the tile, not the page."""
    try:
        return pmtiles_tile(file, z, x, y) if file.suffix == ".pmtiles" else mbtiles_tile(file, z, x, y)
    except (OSError, EOFError, ValueError, IndexError, sqlite3.Error, zlib.error):
        return None


def box_at(city: City, zoom: int) -> Box:
    """West, south, east and north edge of what the map can show of a city at a zoom."""
    return _padded(city.area.box, WIDE if zoom <= WIDE_UNTIL_ZOOM else NEAR)


def wide_box(city: City) -> Box:
    """The edges of all that the map can show."""
    return _padded(city.area.box, WIDE)


def _padded(box: Box, share: float) -> Box:
    west, south, east, north = box
    # By the longer side: a screen is never as narrow as some cities are.
    more = share * max(east - west, north - south)
    return max(-180.0, west - more), max(-90.0, south - more), min(180.0, east + more), min(90.0, north + more)


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def names(session: Session, *, city: City) -> list[Place]:
    """The named places of a city that hold something published, the newest first."""
    published = (
        select(Submission.id)
        .where(Submission.place_id == Place.id, Submission.status == "published")
        .correlate(Place)
        .exists()
    )
    query = select(Place).where(Place.city_id == city.id, Place.name.is_not(None), published)
    return list(session.scalars(query.order_by(Place.id.desc()).limit(NAMES_MAX)))
