"""Templates of answers: the list of a city, and the form for one of them."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid
from participation.models.cities import City
from participation.models.reply_templates import VARIABLES, ReplyTemplate
from participation.services import cities, reply_templates
from participation.web.forms.messages import messages
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("reply_templates", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
ALL = "/<lang:lang>/staff/replies/<city>"
ONE = f"{ALL}/<int:template_id>"


@blueprint.get(ALL)
@needs("answer")
def listing(city: str) -> Answer:
    """The templates of a city, and the form for a new one."""
    return _page(cities.by_slug(db, slug=city))


@blueprint.post(ALL)
@needs("answer")
def add(city: str) -> Answer:
    """Keep a new one."""
    return _keep(cities.by_slug(db, slug=city))


@blueprint.route(ONE, methods=["GET", "POST"])
@needs("answer")
def one(city: str, template_id: int) -> Answer:
    """Change one."""
    found = cities.by_slug(db, slug=city)
    template = reply_templates.one(db, account=signed_in(), city=found, template_id=template_id)
    return _page(found, template) if request.method == "GET" else _keep(found, template)


@blueprint.post(f"{ONE}/delete")
@needs("answer")
def delete(city: str, template_id: int) -> Answer:
    """Throw one away."""
    found = cities.by_slug(db, slug=city)
    reply_templates.delete(db, account=signed_in(), city=found, template_id=template_id)
    db.commit()
    log.info("reply_template_deleted", template_id=template_id, account_id=signed_in().id)
    flash(gettext("The template is deleted."))
    return redirect(url_for("reply_templates.listing", city=found.slug), 303)


def _keep(city: City, template: ReplyTemplate | None = None) -> Answer:
    name = request.form.get("name", "")
    texts = {code: request.form.get(f"text_{code}", "") for code in _languages(city, template)}
    now = datetime.now(UTC)
    try:
        kept = reply_templates.keep(
            db, account=signed_in(), city=city, name=name, texts=texts, now=now, template=template
        )
    except FormInvalid as invalid:
        db.rollback()
        problems = messages(invalid)
        return _page(city, template, name, texts, problems), 422
    db.commit()
    log.info("reply_template_kept", template_id=kept.id, account_id=signed_in().id)
    flash(gettext("The template is saved."))
    return redirect(url_for("reply_templates.listing", city=city.slug), 303)


def _page(
    city: City,
    template: ReplyTemplate | None = None,
    name: str | None = None,
    texts: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
) -> str:
    stored = template.texts if template else {}
    return render_template(
        "replies/templates.html",
        city=city,
        template=template,
        templates=[] if template else reply_templates.of_city(db, account=signed_in(), city=city),
        name=name if name is not None else template.name if template else "",
        texts=texts or {code: stored.get(code, "") for code in _languages(city, template)},
        problems=problems or {},
        variables=[f"{{{variable}}}" for variable in VARIABLES],
    )


def _languages(city: City, template: ReplyTemplate | None) -> list[str]:
    """Those of the city, and those in which there is a text already."""
    return list(dict.fromkeys([*city.languages, *(template.texts if template else {})]))
