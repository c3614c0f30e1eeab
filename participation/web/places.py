"""The page of a place."""

from collections import Counter
from uuid import UUID

from flask import Blueprint, render_template

from participation.services import cities, places
from participation.web.forms.submissions import answers
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("places", __name__)


@blueprint.get("/<lang:lang>/<city>/places/<uuid:place_id>")
def one(city: str, place_id: UUID) -> str:
    """What people say about one spot."""
    found = cities.by_slug(db, slug=city)
    place, submissions = places.published(db, city=found, place_id=place_id)
    kinds = Counter(submission.kind for submission in submissions)
    named = Counter(
        label
        for submission in submissions
        for answer in answers(submission, lang())
        if answer.code == "reasons"
        for label in answer.labels
    )
    return render_template(
        "places/one.html", city=found, place=place, submissions=submissions, kinds=kinds, reasons=named.most_common()
    )
