"""The page of a place, support for it, and which places are near a point."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Invalid, NotFound
from participation.geo import parse_point
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.questionnaire import KINDS
from participation.services import campaigns, cities, places, replies, supports, translations
from participation.services.places import Near, Tally
from participation.web.plumbing import contributors
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db
from participation.web.plumbing.supports import support_of, supported

blueprint = Blueprint("places", __name__)
log = structlog.get_logger()
# Answers with an order of their own; all others are shown by how often they were given.
ON_A_SCALE = ("comfort", "times_of_day")


@dataclass(frozen=True)
class Bars:
    """One question about a place, its answers with how often each was given, and how many people answered at all."""

    code: str
    kind: str
    question: str
    answers: list[tuple[str, int]]
    answered: int


@blueprint.get("/<lang:lang>/<city>/places/<uuid:place_id>")
def one(city: str, place_id: UUID) -> str | Response:
    """What people say about one spot."""
    found = cities.by_slug(db, slug=city)
    try:
        place, submissions = places.published(db, city=found, place_id=place_id)
    except NotFound:
        part_of = places.merged_into(db, city=found, place_id=place_id)
        if part_of is None:
            raise
        # Not for ever: the two may be separated again.
        return redirect(url_for("places.one", city=city, place_id=part_of))
    return render_template(
        "places/one.html",
        city=found,
        place=place,
        submissions=submissions,
        translated=translations.into(db, submissions=submissions, lang=lang()),
        kinds=places.kinds(submissions),
        bars=[_bars(tally, submissions) for tally in places.tallies(submissions)],
        replies=replies.of_place(db, place=place, lang=lang()),
        **support_of(found, place.id),
    )


@blueprint.get("/<lang:lang>/<city>/places/near")
def near(city: str) -> Response:
    """The published places near a point that have an entry of a kind, for somebody who is about to add another."""
    found = cities.by_slug(db, slug=city)
    kind = request.args.get("kind", "")
    try:
        point = parse_point(request.args.get("lat", ""), request.args.get("lon", ""))
    except ValueError as error:
        raise Invalid("not_a_point") from error
    if kind not in KINDS:
        raise Invalid("kind_unknown")
    there = places.near(db, city=found, point=point, kind=kind)
    ids = [near.place.id for near in there]
    numbers, mine = supports.numbers(db, place_ids=ids), supported(found, ids)
    answer = [_as_json(found, near, numbers[near.place.id], near.place.id in mine) for near in there]
    response = jsonify({"places": answer})
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/<lang:lang>/<city>/places/<uuid:place_id>/support")
@limited("supports")
def support(city: str, place_id: UUID) -> Response:
    """I feel this too: counted once."""
    found = cities.by_slug(db, slug=city)
    place = places.public(db, city=found, place_id=place_id)
    now = datetime.now(UTC)
    campaign = supports.open_campaign(db, city=found, now=now)
    if campaign is None:
        return _answer(found, place, gettext("This campaign is closed. Support can no longer be given."), refused=True)
    key = contributors.contributor_key(campaign)
    supports.give(db, city=found, place=place, contributor_key=key, now=now)
    db.commit()
    log.info("place_supported", place_id=str(place.id))
    response = _answer(found, place, gettext("Thank you. Your support is counted."), given=True)
    contributors.remember(response, campaign, key)
    return response


@blueprint.post("/<lang:lang>/<city>/places/<uuid:place_id>/unsupport")
def unsupport(city: str, place_id: UUID) -> Response:
    """No longer counted."""
    found = cities.by_slug(db, slug=city)
    place = places.public(db, city=found, place_id=place_id)
    campaign = campaigns.current(db, city=found, now=datetime.now(UTC))
    key = contributors.known_key(campaign) if campaign else ""
    if campaign and key:
        supports.take_back(db, place=place, campaign=campaign, contributor_key=key)
        db.commit()
        log.info("place_support_taken_back", place_id=str(place.id))
    return _answer(found, place, gettext("Your support is taken back."))


@blueprint.get("/<lang:lang>/<city>/places/<uuid:place_id>/<any(support, unsupport):_step>")
def again(city: str, place_id: UUID, _step: str) -> Response:
    """Somebody reloads an answer, or reads it in another language."""
    return redirect(url_for("places.one", city=city, place_id=place_id))


def _answer(city: City, place: Place, said: str, *, given: bool = False, refused: bool = False) -> Response:
    """For scripts the new figures, for everybody else the page of the place."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        figures = {"supports": supports.number(db, place_id=place.id), "supported": given}
        response = jsonify(figures)
        response.status_code = 409 if refused else 200
        return response
    flash(said, "error" if refused else "message")
    return redirect(url_for("places.one", city=city.slug, place_id=place.id, _anchor="support"), 303)


def _as_json(city: City, near: Near, number: int, supported: bool) -> dict[str, object]:
    return {
        "id": str(near.place.id),
        "name": near.place.name or gettext("A place without a name"),
        "metres": round(near.metres),
        "kinds": dict(near.kinds),
        "supports": number,
        "supported": supported,
        "address": url_for("places.one", city=city.slug, place_id=near.place.id),
    }


def _bars(tally: Tally, submissions: Sequence[Submission]) -> Bars:
    """A tally in words, by the wording of the newest entry."""
    questionnaire = submissions[-1].campaign.questionnaire
    options = [option.code for option in questionnaire.options_for(tally.question, tally.kind)]
    codes = [code for code in options if tally.counts[code]]
    if tally.question not in ON_A_SCALE:
        codes.sort(key=lambda code: -tally.counts[code])
    answers = [(questionnaire.label(tally.question, code, lang()), tally.counts[code]) for code in codes]
    asked = questionnaire.question_label(tally.question, tally.kind, lang())
    return Bars(tally.question, tally.kind, asked, answers, tally.answered)
