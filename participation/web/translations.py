"""Translating what a resident wrote: by hand, beside the original, by those who decide in the city."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid, NotFound
from participation.models.submissions import Submission
from participation.services import locations, translations
from participation.web.forms import queues as queue_forms
from participation.web.forms.messages import message
from participation.web.forms.translations import TranslationForm, changed_sentence
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.decision_pages import ONE, Answer, submission_of
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

blueprint = Blueprint("translations", __name__)
blueprint.add_app_template_test(translations.can_have, "translatable")
log = structlog.get_logger()
PAGE = f"{ONE}/translations"


@blueprint.route(PAGE, methods=["GET", "POST"])
@needs("decide")
def edit(submission_id: UUID) -> Answer:
    """The original, and beside it the translation into one language to write or to correct."""
    submission, form = submission_of(submission_id), TranslationForm()
    if request.method == "GET":
        return _page(submission)
    into, text = form.into.data or "", form.text.data or ""
    try:
        translations.write(db, **_step(submission, form), text=text, now=datetime.now(UTC))
    except FormInvalid as invalid:
        db.rollback()
        problem = message(next(iter(invalid.problems.values())))
        return _page(submission, into, text=text, problem=problem), 422
    except Conflict as conflict:
        db.rollback()
        return _page(submission, into, text=text, changed=conflict.code), 409
    return _done(submission, into, "translation_saved", gettext("The translation is saved."))


@blueprint.post(f"{PAGE}/review")
@needs("decide")
def review(submission_id: UUID) -> Response:
    """A machine's translation is right: somebody has read it beside the original."""
    submission, form = submission_of(submission_id), TranslationForm()
    into = form.into.data or ""
    try:
        translations.review(db, **_step(submission, form))
    except (FormInvalid, Conflict):
        return _overtaken(submission, into)
    return _done(submission, into, "translation_reviewed", gettext("The translation counts as checked now."))


@blueprint.post(f"{PAGE}/delete")
@needs("decide")
def delete(submission_id: UUID) -> Response:
    """Nobody reads it any more."""
    submission, form = submission_of(submission_id), TranslationForm()
    into = form.into.data or ""
    try:
        translations.delete(db, **_step(submission, form))
    except (FormInvalid, Conflict):
        return _overtaken(submission, into)
    return _done(submission, into, "translation_deleted", gettext("The translation is deleted."))


def _step(submission: Submission, form: TranslationForm) -> dict[str, Any]:
    return {"account": signed_in(), "submission": submission, "lang": form.into.data or "", "seen": form.seen()}


def _done(submission: Submission, into: str, event: str, said: str) -> Response:
    db.commit()
    log.info(event, submission_id=str(submission.id), into=into, account_id=signed_in().id)
    flash(said)
    return redirect(_back(submission), 303)


def _overtaken(submission: Submission, into: str) -> Response:
    """Nothing was typed that could be lost: show what there is now."""
    db.rollback()
    said = gettext("The translation or its original was changed in the meantime. You see both as they are now.")
    flash(said, "error")
    return redirect(url_for("translations.edit", submission_id=submission.id, into=into, **_desk(submission)), 303)


def _page(submission: Submission, into: str = "", *, text: str = "", problem: str = "", changed: str = "") -> str:
    if not translations.can_have(submission):
        raise NotFound("submission_unknown")
    made = translations.of_submission(db, submission=submission)
    offered = translations.languages(submission)
    wanted = into or request.args.get("into", "")
    into = next(code for code in (wanted, lang(), *offered) if code in offered)
    translation = made.get(into)
    return render_template(
        "translations/edit.html",
        city=submission.city,
        submission=submission,
        into=into,
        offered=offered,
        made=made,
        translation=translation,
        seen=translations.beside(submission, translation),
        text=text if problem or changed else translation.text if translation else "",
        problem=problem,
        changed=changed_sentence(changed) if changed else "",
        desk=_desk(submission),
        back=_back(submission),
    )


def _desk(submission: Submission) -> dict[str, Any]:
    """For who comes from the queue: what they had chosen there, so that they find it again."""
    if "desk" not in request.args:
        return {}
    chosen = queue_forms.read(request.args, locations.districts(db, city=submission.city))
    return {"desk": 1, **chosen.query()}


def _back(submission: Submission) -> str:
    """The queue with this entry open, or the page of the entry."""
    desk = _desk(submission)
    if not desk:
        return url_for("decisions.one", submission_id=submission.id)
    desk.pop("desk")
    return url_for("queues.desk", city=submission.city.slug, entry=submission.id, **desk)
