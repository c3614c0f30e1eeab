"""Paper: the questionnaire to print, and typing in what came back."""

import uuid
from datetime import UTC, datetime

import structlog
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import campaigns, cities, paper_forms, papers
from participation.settings import Settings
from participation.web.forms.papers import PaperForm, form_for
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("papers", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.get("/<lang:lang>/staff/<city>/paper")
@needs("enter_paper")
def enter(city: str) -> Answer:
    """An empty sheet to type in; `?kind=` and `?campaign=` say which."""
    found, campaign = _campaign(city)
    return _page(found, campaign, _form(found, campaign))


@blueprint.post("/<lang:lang>/staff/<city>/paper")
@needs("enter_paper")
def store(city: str) -> Answer:
    """Keep a sheet, and open the next empty one."""
    found, campaign = _campaign(city)
    form = _form(found, campaign)
    try:
        submission = papers.enter(
            db, account=signed_in(), city=found, campaign=campaign, sheet=form.sheet(), now=datetime.now(UTC)
        )
    except FormInvalid as invalid:
        db.rollback()
        form.show(invalid)
        return _page(found, campaign, form), 422
    db.commit()
    log.info("paper_entered", submission_id=str(submission.id), account_id=signed_in().id)
    flash(gettext("The sheet is saved. Here is the next one."))
    query = {"kind": form.kind.data, "campaign": campaign.code, "text_lang": form.text_lang.data}
    return redirect(url_for("papers.enter", city=found.slug, **query), 303)


@blueprint.get("/<lang:lang>/staff/<city>/paper.pdf")
@needs("enter_paper")
def printed(city: str) -> Response:
    """The questionnaire of a campaign in the language of the page; `?print=large` in large print."""
    found, campaign = _campaign(city)
    settings: Settings = current_app.extensions["participation_settings"]
    large = request.args.get("print") == "large"
    privacy = settings.base_url + url_for("texts.page", city=found.slug, page="privacy")
    content = paper_forms.pdf(city=found, campaign=campaign, lang=lang(), large=large, privacy=privacy)
    response = Response(content, mimetype="application/pdf")
    name = f"{found.slug}-{campaign.code}-{lang()}{'-large' if large else ''}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _campaign(slug: str) -> tuple[City, Campaign]:
    """The city and the campaign that is meant; NotFound also for whoever has no business there."""
    city, code = cities.by_slug(db, slug=slug), request.values.get("campaign", "")
    papers.check_right(signed_in(), city)
    if code:
        return city, campaigns.by_code(db, city=city, code=code)
    current = campaigns.current(db, city=city, now=datetime.now(UTC))
    if current is None:
        raise NotFound("campaign_missing", city=city.slug)
    return city, current


def _form(city: City, campaign: Campaign) -> PaperForm:
    wanted = request.values.get("kind", "")
    kind = wanted if wanted in campaign.kinds else campaign.kinds[0]
    chosen = request.values.get("text_lang") or lang()
    form = form_for(campaign.questionnaire, kind=kind, city=city, lang=lang(), key=str(uuid.uuid4()))
    if request.method == "GET":
        form.text_lang.data = chosen
    return form


def _page(city: City, campaign: Campaign, form: PaperForm) -> str:
    return render_template(
        "papers/enter.html",
        city=city,
        campaign=campaign,
        campaigns=campaigns.of_city(db, city=city),
        questionnaire=campaign.questionnaire,
        form=form,
        kind=form.kind.data,
    )
