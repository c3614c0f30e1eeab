"""Notes on entries, for those who decide on them; advice on what is published, for the facilitators."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid
from participation.models.notes import Note
from participation.models.submissions import Submission
from participation.services import cities, decisions, notes
from participation.web.forms.messages import message
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.locale import lang
from participation.web.plumbing.paging import asked_page
from participation.web.plumbing.sessions import db

blueprint = Blueprint("notes", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response


@blueprint.app_template_global("notes_on")
def on_entry(submission: Submission) -> Sequence[Note]:
    """What is noted on an entry, for the page on which it is decided."""
    return notes.of_submission(db, submission=submission)


@blueprint.get("/<lang:lang>/staff/notes/<city>")
@needs("decide")
def listing(city: str) -> Answer:
    """Notes and advice that nobody has settled yet, oldest first."""
    found = cities.by_slug(db, slug=city)
    page = asked_page()
    rows, pages = notes.listing(db, account=signed_in(), city=found, page=page)
    return render_template("notes/list.html", city=found, notes=rows, page=min(page, pages), pages=pages)


@blueprint.route("/<lang:lang>/staff/submissions/<uuid:submission_id>/notes", methods=["GET", "POST"])
@needs("decide")
def of_submission(submission_id: UUID) -> Answer:
    """What is noted on an entry, and the form for one more."""
    account = signed_in()
    submission = decisions.submission_for(db, account=account, submission_id=submission_id)
    if request.method == "GET":
        return _of_submission(submission)
    text, now = request.form.get("text", ""), datetime.now(UTC)
    try:
        note = notes.write(db, account=account, submission=submission, text=text, lang=lang(), now=now)
    except FormInvalid as invalid:
        db.rollback()
        return _of_submission(submission, text, message(invalid.problems["text"])), 422
    db.commit()
    log.info("note_written", note_id=str(note.id), account_id=account.id)
    flash(gettext("The note is saved. Only the staff of the city can read it."))
    return redirect(url_for("notes.of_submission", submission_id=submission.id), 303)


@blueprint.post("/<lang:lang>/staff/notes/<uuid:note_id>/settle")
@needs("decide")
def settle(note_id: UUID) -> Answer:
    """The city has dealt with it."""
    note = notes.settle(db, account=signed_in(), note_id=note_id, now=datetime.now(UTC))
    db.commit()
    log.info("note_settled", note_id=str(note_id), account_id=signed_in().id)
    flash(gettext("The note is settled."))
    return redirect(url_for("notes.of_submission", submission_id=note.submission_id), 303)


@blueprint.route("/<lang:lang>/staff/advice/<uuid:published_id>", methods=["GET", "POST"])
@needs("advise")
def advise(published_id: UUID) -> Answer:
    """A facilitator advises the city on something published."""
    account = signed_in()
    submission = notes.published_for(db, account=account, submission_id=published_id)
    if request.method == "GET":
        return _advice(submission)
    text, now = request.form.get("text", ""), datetime.now(UTC)
    try:
        note = notes.advise(db, account=account, submission=submission, text=text, lang=lang(), now=now)
    except FormInvalid as invalid:
        db.rollback()
        return _advice(submission, text, message(invalid.problems["text"])), 422
    db.commit()
    log.info("advice_given", note_id=str(note.id), account_id=account.id)
    flash(gettext("The city can read your advice now."))
    return redirect(url_for("notes.advise", published_id=submission.id), 303)


def _of_submission(submission: Submission, text: str = "", problem: str = "") -> str:
    return render_template(
        "notes/one.html",
        city=submission.city,
        submission=submission,
        notes=notes.of_submission(db, submission=submission),
        text=text,
        problem=problem,
    )


def _advice(submission: Submission, text: str = "", problem: str = "") -> str:
    return render_template(
        "notes/advise.html",
        city=submission.city,
        submission=submission,
        notes=notes.own_advice(db, account=signed_in(), submission=submission),
        text=text,
        problem=problem,
    )
