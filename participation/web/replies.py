"""The city's public answer at a place, written by those who decide there."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid, NotFound
from participation.models.cities import City
from participation.models.places import Place, Reply
from participation.services import decisions, places, replies, reply_templates, roles
from participation.text import clean_text
from participation.web.forms.messages import message
from participation.web.plumbing import mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("replies", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.route("/<lang:lang>/staff/places/<uuid:place_id>/reply", methods=["GET", "POST"])
@needs("answer")
def edit(place_id: UUID) -> Answer:
    """One text for each language of the city; an empty one takes the answer in that language back."""
    city, place = _place(place_id)
    before = replies.of_place(db, place=place)
    texts = dict.fromkeys(city.languages, "") | {reply.lang: reply.text for reply in before}
    if request.method == "GET":
        return _page(city, place, texts, template_id=request.args.get("template", 0, type=int))
    texts = {code: request.form.get(f"text_{code}", "") for code in texts}
    try:
        written = _save(city, place, texts, {reply.lang: reply.text for reply in before})
    except FormInvalid as invalid:
        db.rollback()
        return _page(city, place, texts, message(next(iter(invalid.problems.values())))), 422
    # The first answer is news; what is changed or translated later is not: the receipt shows it as it is then.
    if written and not before:
        mails.tell_reply(place)
    db.commit()
    log.info("reply_saved", place_id=str(place_id), account_id=signed_in().id)
    flash(gettext("The answer is saved. Everybody can read it on the page of the place."))
    return redirect(url_for("replies.edit", place_id=place_id), 303)


def _save(city: City, place: Place, texts: dict[str, str], before: dict[str, str]) -> bool:
    """Write what has changed; says whether anything was written, and not only taken back."""
    account, now = signed_in(), datetime.now(UTC)
    written: list[Reply | None] = []
    for code, text in texts.items():
        if clean_text(text) != before.get(code, ""):
            written.append(replies.give(db, account=account, city=city, place=place, lang=code, text=text, now=now))
    return any(written)


def _place(place_id: UUID) -> tuple[City, Place]:
    """A public place of a city the account decides for; for all others NotFound, so that nothing is given away."""
    for city in decisions.cities_of(db, account=signed_in()):
        place = db.get(Place, place_id)
        if place and place.city_id == city.id and roles.may_in(signed_in(), "answer", city):
            return city, places.public(db, city=city, place_id=place_id)
    raise NotFound("place_unknown")


def _page(city: City, place: Place, texts: dict[str, str], problem: str = "", *, template_id: int = 0) -> str:
    templates = reply_templates.of_city(db, account=signed_in(), city=city)
    chosen = next((one for one in templates if one.id == template_id), None)
    if chosen:
        texts = texts | reply_templates.filled(chosen, city=city, place=place)
    return render_template(
        "replies/edit.html", city=city, place=place, texts=texts, problem=problem, templates=templates, chosen=chosen
    )
