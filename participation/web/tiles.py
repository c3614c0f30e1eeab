"""Map tiles: pins and clusters as columns of integers."""

import orjson
from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from participation.services import cities, tile_items, tiles
from participation.web.forms import filters
from participation.web.plumbing.sessions import db

blueprint = Blueprint("tiles", __name__)


@blueprint.get("/tiles/<city>/<int:z>/<int:x>/<int:y>.json")
def tile(city: str, z: int, x: int, y: int) -> Response:
    """One tile; browsers ask again each time and hear "unchanged" until a decision changes the city's map."""
    if z not in tiles.ZOOMS or not (0 <= x < 1 << z and 0 <= y < 1 << z):
        abort(404)
    found = cities.by_slug(db, slug=city)
    chosen = filters.read_for_tiles(request.args, db, found)
    response = Response(mimetype="application/json")
    # Weak: the same tile may travel plain or compressed.
    response.set_etag(f"{found.id}-{found.map_version}", weak=True)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    if response.make_conditional(request.environ).status_code == 304:
        return response
    response.data = orjson.dumps(tile_items.read(db, city=found, z=z, x=x, y=y, chosen=chosen))
    return response
