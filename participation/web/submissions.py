"""What residents do with submissions: read the list, add one, look at one."""

import secrets
from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid, Invalid
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import campaigns, cities, partnerships, submissions
from participation.services.locations import NEEDS_PLACE
from participation.services.submissions import Sent
from participation.settings import Settings
from participation.web.forms import filters
from participation.web.forms.submissions import Answer, SubmissionForm, answers, form_for, wording
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("submissions", __name__)
log = structlog.get_logger()
COOKIE_DAYS = 400


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
    page = max(1, min(request.args.get("page", 1, type=int), 100_000))
    rounds = campaigns.of_city(db, city=found)
    rows, total = submissions.listing(db, city=found, chosen=chosen.filter, page=page)
    return render_template(
        "submissions/list.html",
        city=found,
        campaigns=rounds,
        open=any(campaign.is_open(found.today(now)) for campaign in rounds),
        questionnaire=wording(chosen.campaign, rounds),
        chosen=chosen,
        submissions=rows,
        total=total,
        page=page,
        pages=-(-total // submissions.PAGE),
    )


@blueprint.get("/<lang:lang>/<city>/submissions/<uuid:submission_id>")
def one(city: str, submission_id: UUID) -> str:
    """One published submission; `?fragment=1` without the page around it, for the sheet on the map."""
    found = cities.by_slug(db, slug=city)
    submission = submissions.published(db, city=found, submission_id=submission_id)
    template = "submissions/_card.html" if request.args.get("fragment") else "submissions/one.html"
    return render_template(template, city=found, submission=submission)


@blueprint.route("/<lang:lang>/<city>/add", methods=["GET", "POST"])
def add(city: str) -> str | tuple[str, int] | Response:
    """Where, then what; sending leads to the receipt."""
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
    key = request.cookies.get(_cookie(campaign)) or secrets.token_urlsafe(24)
    try:
        sent = _send(found, campaign, form, key)
    except FormInvalid as invalid:
        form.show(invalid)
        return _page(found, campaign, form), 422
    except Invalid:
        return _page(found, campaign, form, gettext("This campaign is closed. Your entry was not sent.")), 422
    except Conflict:
        form.new_key()
        again = gettext("This form was sent before with other answers. To send these as a new entry, send once more.")
        return _page(found, campaign, form, again), 409
    db.commit()
    return _thanks(sent, campaign, key)


def _send(city: City, campaign: Campaign, form: SubmissionForm, contributor_key: str) -> Sent:
    settings: Settings = current_app.extensions["participation_settings"]
    return submissions.send(
        db,
        city=city,
        campaign=campaign,
        draft=form.draft(),
        contributor_key=contributor_key,
        secret=settings.secret_key,
        now=datetime.now(UTC),
        partners=partnerships.partners(db, city=city),
    )


def _thanks(sent: Sent, campaign: Campaign, contributor_key: str) -> Response:
    submission = sent.submission
    log.info(
        "submission_repeated" if sent.repeated else "submission_sent",
        submission_id=str(submission.id),
        city_id=submission.city_id,
        kind=submission.kind,
        with_point=submission.lat is not None,
    )
    response = redirect(url_for("receipts.one", token=sent.receipt_token, sent=1), 303)
    settings: Settings = current_app.extensions["participation_settings"]
    response.set_cookie(
        _cookie(campaign),
        contributor_key,
        max_age=COOKIE_DAYS * 24 * 3600,
        secure=settings.https,
        httponly=True,
        samesite="Lax",
    )
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
    )


def _kinds(city: City, campaign: Campaign | None, unknown: str) -> str:
    today = city.today(datetime.now(UTC))
    opened = campaign is not None and campaign.is_open(today)
    return render_template(
        "submissions/kinds.html", city=city, campaign=campaign, unknown=unknown, open=opened, today=today
    )


def _cookie(campaign: Campaign) -> str:
    return f"contributor-{campaign.id}"
