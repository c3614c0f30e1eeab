"""The log of downloads of what is not public, for the lead of the city."""

from flask import Blueprint, render_template

from participation.services import cities, downloads
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.paging import asked_page
from participation.web.plumbing.sessions import db

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/<lang:lang>/staff/<city>/exports/log")
@needs("take_record")
def listing(city: str) -> str:
    """Who took which file, when, and with which filter; the newest first."""
    found = cities.by_slug(db, slug=city)
    page = asked_page()
    rows, pages = downloads.listing(db, account=signed_in(), city=found, page=page)
    return render_template("downloads/list.html", city=found, downloads=rows, page=min(page, pages), pages=pages)
