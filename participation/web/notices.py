"""Reporting something published: a form without an account, and the list of reports for those who decide."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid
from participation.models.cities import City
from participation.models.notices import Notice
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import cities, notices, places, submissions
from participation.web.forms.notices import NoticeForm, ground_labels, status_labels
from participation.web.plumbing import mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.paging import asked_page
from participation.web.plumbing.sessions import db

blueprint = Blueprint("notices", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.route("/<lang:lang>/<city>/submissions/<uuid:submission_id>/notice", methods=["GET", "POST"])
@limited("notices")
def of_submission(city: str, submission_id: UUID) -> Answer:
    """Report a published submission."""
    found = cities.by_slug(db, slug=city)
    return _answer(found, submissions.published(db, city=found, submission_id=submission_id))


@blueprint.route("/<lang:lang>/<city>/places/<uuid:place_id>/notice", methods=["GET", "POST"])
@limited("notices")
def of_place(city: str, place_id: UUID) -> Answer:
    """Report a place: its name, or the city's answer there."""
    found = cities.by_slug(db, slug=city)
    return _answer(found, places.public(db, city=found, place_id=place_id))


@blueprint.get("/<lang:lang>/<city>/notices/<uuid:notice_id>")
def one(city: str, notice_id: UUID) -> str:
    """Thanks, what happens next, and later what became of it; nothing of what somebody wrote."""
    found = cities.by_slug(db, slug=city)
    notice = notices.one(db, city=found, notice_id=notice_id)
    here = mails.absolute("notices.one", city=city, notice_id=notice.id)
    return render_template("notices/one.html", city=found, notice=notice, link=here, statuses=status_labels())


@blueprint.get("/<lang:lang>/staff/notices/<city>")
@needs("decide")
def listing(city: str) -> Answer:
    """What was reported and waits for a decision, oldest first."""
    found = cities.by_slug(db, slug=city)
    page = asked_page()
    rows, pages = notices.listing(db, account=signed_in(), city=found, page=page)
    return render_template(
        "notices/list.html", city=found, notices=rows, page=min(page, pages), pages=pages, grounds=ground_labels()
    )


def _answer(city: City, about: Submission | Place) -> Answer:
    form = NoticeForm()
    form.prepare()
    if request.method == "GET":
        return _page(city, about, form)
    if form.is_filled_by_machine:
        # A machine learns nothing from an answer that looks like any other.
        log.info("notice_by_machine", city_id=city.id)
        return redirect(_address(city, about), 303)
    try:
        given = notices.give(db, city=city, about=about, report=form.report(lang()), now=datetime.now(UTC))
    except FormInvalid as invalid:
        form.show(invalid)
        return _page(city, about, form), 422
    except Conflict:
        form.new_key()
        again = gettext("This form was sent before with other words. To send this as a new report, send once more.")
        return _page(city, about, form, again), 409
    if not given.repeated:
        _acknowledge(city, given.notice, _address(city, about, absolute=True))
    db.commit()
    log.info("notice_given", notice_id=str(given.notice.id), city_id=city.id, ground=given.notice.ground)
    return redirect(url_for("notices.one", city=city.slug, notice_id=given.notice.id), 303)


def _acknowledge(city: City, notice: Notice, address: str) -> None:
    if notice.email:
        link = mails.absolute("notices.one", city=city.slug, notice_id=notice.id)
        mails.write(
            "mails/notice.txt",
            recipient=notice.email,
            lang=notice.lang,
            city=city,
            notice=notice,
            address=address,
            link=link,
        )


def _page(city: City, about: Submission | Place, form: NoticeForm, alert: str = "") -> str:
    return render_template(
        "notices/add.html",
        city=city,
        place=about if isinstance(about, Place) else None,
        submission=about if isinstance(about, Submission) else None,
        address=_address(city, about, absolute=True),
        back=_address(city, about),
        form=form,
        alert=alert,
    )


def _address(city: City, about: Submission | Place, *, absolute: bool = False) -> str:
    make = mails.absolute if absolute else url_for
    if isinstance(about, Submission):
        return make("submissions.one", city=city.slug, submission_id=about.id)
    return make("places.one", city=city.slug, place_id=about.id)
