"""What residents do with submissions: read the list, add one, look at one."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid, Invalid, Problem
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.pictures import Picture
from participation.services import (
    campaigns,
    cities,
    locations,
    partnerships,
    submission_gates,
    submission_lists,
    submission_summaries,
    submissions,
    tile_facets,
    translations,
)
from participation.services.locations import NEEDS_PLACE
from participation.services.submission_lists import Order
from participation.services.submissions import Sent
from participation.settings import Settings
from participation.text import fold
from participation.web.forms import filters
from participation.web.forms.decisions import reason_labels
from participation.web.forms.submissions import Answer, SubmissionForm, answers, form_for, wording
from participation.web.plumbing import gates
from participation.web.plumbing.access import decides_in
from participation.web.plumbing.contributors import contributor_key, remember
from participation.web.plumbing.formats import named
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.paging import asked_page
from participation.web.plumbing.requests import takes_photo
from participation.web.plumbing.sessions import db
from participation.web.plumbing.supports import support_of

blueprint = Blueprint("submissions", __name__)
log = structlog.get_logger()
AddAnswer = str | tuple[str, int] | Response
Photo = Picture | Problem | None


class About(NamedTuple):
    """What feedback is about, as the form says it."""

    label: str


@blueprint.app_template_filter("answers")
def in_words(submission: Submission, internal: bool = False) -> list[Answer]:
    """The answers of a submission in the page's language."""
    return answers(submission, lang(), internal=internal)


@blueprint.get("/<lang:lang>/<city>/list")
def listing(city: str) -> str:
    """The same results as the map, as a list."""
    found = cities.by_slug(db, slug=city)
    now = datetime.now(UTC)
    chosen = filters.read(request.args, db, found, now)
    page = asked_page()
    rounds = campaigns.of_city(db, city=found)
    questionnaire = wording(chosen.campaign, rounds)
    districts = locations.districts(db, city=found)
    facets = tile_facets.on_list(db, city=found, chosen=chosen.filter)
    order = Order(chosen.sort, chosen.landmark.point if chosen.landmark else None)
    listed = submission_lists.listing(db, city=found, chosen=chosen.filter, order=order, page=page)
    return render_template(
        "submissions/list.html",
        city=found,
        campaigns=rounds,
        open=any(campaign.is_open(found.today(now)) for campaign in rounds),
        questionnaire=questionnaire,
        chosen=chosen,
        facets=filters.offered(
            facets, districts=districts, campaigns=rounds, questionnaire=questionnaire, language=lang()
        ),
        listed=listed,
        translated=translations.into(db, submissions=[entry.submission for entry in listed.entries], lang=lang()),
        # Later pages show the rest of the entries; what was said before them stays on the first one.
        summaries=submission_summaries.by_district(db, city=found, chosen=chosen.filter, districts=districts)
        if listed.page == 1
        else [],
        landmarks=sorted(found.landmarks, key=lambda landmark: fold(named(landmark))),
    )


@blueprint.get("/<lang:lang>/<city>/submissions/<uuid:submission_id>")
def one(city: str, submission_id: UUID) -> str:
    """One published submission; `?fragment=1` without the page around it, for the sheet on the map."""
    found = cities.by_slug(db, slug=city)
    submission = submissions.published(db, city=found, submission_id=submission_id)
    template = "submissions/_card.html" if request.args.get("fragment") else "submissions/one.html"
    more = support_of(found, submission.place_id) | {"staff_reasons": reason_labels() if decides_in(found) else {}}
    translation = translations.into(db, submissions=[submission], lang=lang()).get(submission.id)
    return render_template(template, city=found, submission=submission, translation=translation, **more)


@blueprint.route("/<lang:lang>/<city>/add", methods=["GET", "POST"])
@takes_photo
@limited("photos", unless=gates.has_no_photo)
@limited("sends", unless=gates.is_repeated)
@limited("unproven_sends", unless=gates.needs_no_proof)
def add(city: str) -> AddAnswer:
    """Where, then what; sending leads to the receipt."""
    photo = gates.photo() if request.method == "POST" and not request.form.get("website") else None
    found = cities.by_slug(db, slug=city)
    campaign = campaigns.current(db, city=found, now=datetime.now(UTC))
    kind = request.values.get("kind", "")
    if campaign is None or kind not in campaign.kinds:
        status = 422 if request.method == "POST" else 200
        return _kinds(found, campaign, kind), status
    form = form_for(campaign.questionnaire, kind=kind, city=found, lang=lang())
    if request.method == "GET":
        form.preset(request.args)
        return _page(found, campaign, form)
    if form.is_filled_by_machine:
        return _trapped()
    return _try(found, campaign, form, photo)


def _try(city: City, campaign: Campaign, form: SubmissionForm, photo: Photo) -> AddAnswer:
    """Send, or show what is wrong with everything as it was."""
    if form.is_too_fast:
        alert = gettext("That was very fast. Please look at your entry once more, and send it again.")
        return _again(city, campaign, form, photo, alert=alert)
    key = contributor_key(campaign)
    try:
        sent = _send(city, campaign, form, photo, key)
    except FormInvalid as invalid:
        form.show(invalid)
        return _again(city, campaign, form, photo, alert=form.alert)
    except Invalid:
        closed = gettext("This campaign is closed. Your entry was not sent.")
        return _again(city, campaign, form, photo, alert=closed)
    except Conflict:
        form.new_key()
        again = gettext("This form was sent before with other answers. To send these as a new entry, send once more.")
        return _again(city, campaign, form, photo, alert=again, status=409)
    gates.drop_kept(form)
    db.commit()
    return _thanks(sent, campaign, key)


def _send(city: City, campaign: Campaign, form: SubmissionForm, photo: Photo, key: str) -> Sent:
    settings: Settings = current_app.extensions["participation_settings"]
    partners = partnerships.partners(db, city=city)
    draft = form.draft(photo if isinstance(photo, Picture) else None)
    if problem := gates.problem(photo, lost=form.photo_is_lost):
        raise submissions.with_others(city, campaign, draft, partners, {"photo": problem})
    return submissions.send(
        db,
        city=city,
        campaign=campaign,
        draft=draft,
        contributor_key=key,
        secret=settings.secret_key,
        now=datetime.now(UTC),
        partners=partners,
        gate=gates.gate(),
    )


def _again(
    city: City, campaign: Campaign, form: SubmissionForm, photo: Photo, *, alert: str, status: int = 422
) -> AddAnswer:
    """The form as it was sent; the server keeps its photo, because a browser would not send that again."""
    db.rollback()
    gates.keep(form, photo)
    db.commit()
    return _page(city, campaign, form, alert), status


def _trapped() -> AddAnswer:
    """A field that nobody sees was filled in."""
    log.info("form_refused", why="trap")
    text = gettext(
        "A field was filled in that people cannot see; machines do that. If a program filled in the form for you, go "
        "back, empty the field “Leave this empty”, and send again. Nothing that you typed is lost."
    )
    title = gettext("We took this for an entry by a machine")
    return render_template("errors/error.html", status=422, title=title, text=text), 422


def _thanks(sent: Sent, campaign: Campaign, key: str) -> Response:
    submission = sent.submission
    log.info(
        "submission_repeated" if sent.repeated else "submission_sent",
        submission_id=str(submission.id),
        city_id=submission.city_id,
        kind=submission.kind,
        with_point=submission.lat is not None,
    )
    response = redirect(url_for("receipts.one", token=sent.receipt_token, sent=1), 303)
    remember(response, campaign, key)
    return response


def _page(city: City, campaign: Campaign, form: SubmissionForm, alert: str = "") -> str:
    today = city.today(datetime.now(UTC))
    return render_template(
        "submissions/add.html",
        city=city,
        campaign=campaign,
        form=form,
        alert=alert,
        open=campaign.is_open(today),
        today=today,
        needs_place=form.kind.data in NEEDS_PLACE,
        about=_about(city, campaign, form),
    )


def _about(city: City, campaign: Campaign, form: SubmissionForm) -> About | None:
    """What feedback is about, in words; what the public cannot see is passed over."""
    try:
        place = submission_gates.about_place(db, city=city, place_id=form.about_place.data or "")
        entry = submission_gates.about_submission(db, city=city, submission_id=form.about_submission.data or "")
    except FormInvalid as unknown:
        for name in unknown.problems:
            form[name].data = ""
        return None
    if entry:
        return About(entry.place_name or campaign.questionnaire.kind_label(entry.kind, lang()))
    return About(place.name or gettext("a place on the map")) if place else None


def _kinds(city: City, campaign: Campaign | None, unknown: str) -> str:
    today = city.today(datetime.now(UTC))
    values = {"open": campaign is not None and campaign.is_open(today), "today": today, "unknown": unknown}
    return render_template("submissions/kinds.html", city=city, campaign=campaign, **values)
