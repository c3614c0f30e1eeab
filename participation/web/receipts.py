"""The receipt: the secret link that lets the author see, correct, withdraw or erase what they sent."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid, Problem
from participation.models.places import Reply
from participation.models.submissions import Submission
from participation.pictures import Picture
from participation.services import (
    appeals,
    decision_sentences,
    decisions,
    followers,
    notice_decisions,
    partnerships,
    receipts,
    replies,
    submissions,
    translations,
)
from participation.settings import Settings
from participation.web.forms.appeals import outcome_labels
from participation.web.forms.receipts import CorrectionForm, FollowForm, step_labels
from participation.web.plumbing import codes, gates
from participation.web.plumbing.decision_statements import statement
from participation.web.plumbing.limits import limited
from participation.web.plumbing.locale import lang
from participation.web.plumbing.requests import takes_photo
from participation.web.plumbing.sessions import db

blueprint = Blueprint("receipts", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
Photo = Picture | Problem | None


@blueprint.get("/<lang:lang>/receipts/<token>")
def one(token: str) -> str:
    """The state of a submission and what was sent; just after sending, the thanks."""
    return page(token)


@blueprint.get("/<lang:lang>/receipts/<token>/code.svg")
def code(token: str) -> Response:
    """The link as a picture to print or to keep."""
    receipts.by_token(db, token=token)
    headers = {"Content-Disposition": 'attachment; filename="receipt.svg"', "Cache-Control": "private, no-store"}
    return Response(codes.file(_link(token)), mimetype="image/svg+xml", headers=headers)


@blueprint.route("/<lang:lang>/receipts/<token>/correct", methods=["GET", "POST"])
@takes_photo
@limited("photos", unless=gates.has_no_photo)
def correct(token: str) -> Answer:
    """Change what was sent, as long as nobody has decided on it."""
    photo = gates.photo() if request.method == "POST" else None
    submission = receipts.by_token(db, token=token)
    if submission.status != "pending":
        return _too_late(token)
    form = CorrectionForm(submission, lang())
    if request.method == "GET":
        form.fill()
        return _form(token, form)
    try:
        _correct(submission, form, photo)
    except FormInvalid as invalid:
        form.fields.show(invalid)
        return _again(token, form, photo), 422
    except Conflict:
        return _overtaken(token, form, photo)
    gates.drop_kept(form.fields)
    db.commit()
    log.info("submission_corrected", submission_id=str(submission.id))
    flash(gettext("Your entry is changed."))
    return redirect(url_for("receipts.one", token=token), 303)


def _correct(submission: Submission, form: CorrectionForm, photo: Photo) -> None:
    partners = partnerships.partners(db, city=submission.city)
    correction = form.correction(photo if isinstance(photo, Picture) else None)
    problem = gates.problem(photo, lost=form.fields.photo_is_lost)
    if problem:
        draft = correction.draft
        raise submissions.with_others(submission.city, submission.campaign, draft, partners, {"photo": problem})
    receipts.correct(
        db,
        submission=submission,
        correction=correction,
        now=datetime.now(UTC),
        partners=partners,
        folder=gates.gate().photos,
    )


def _again(token: str, form: CorrectionForm, photo: Photo, alert: str = "") -> str:
    """The form as it was sent; the server keeps its photo, because a browser would not send that again."""
    db.rollback()
    gates.keep(form.fields, photo)
    db.commit()
    return _form(token, form, alert)


@blueprint.post("/<lang:lang>/receipts/<token>/withdraw")
def withdraw(token: str) -> Response:
    """Take a published submission back from the public."""
    submission = receipts.by_token(db, token=token)
    receipts.withdraw(db, submission=submission, now=datetime.now(UTC))
    db.commit()
    log.info("submission_withdrawn", submission_id=str(submission.id))
    flash(gettext("Your entry is no longer shown to the public."))
    return redirect(url_for("receipts.one", token=token), 303)


@blueprint.post("/<lang:lang>/receipts/<token>/erase")
def erase(token: str) -> Response:
    """Erase everything that was sent."""
    submission = receipts.by_token(db, token=token)
    receipts.erase(db, submission=submission, now=datetime.now(UTC), folder=gates.gate().photos)
    db.commit()
    log.info("submission_erased", submission_id=str(submission.id))
    flash(gettext("Your entry has been erased."))
    return redirect(url_for("receipts.one", token=token), 303)


def page(token: str, *, follow: FollowForm | None = None, alert: str = "") -> str:
    """The receipt with everything that can be done by it."""
    submission = receipts.by_token(db, token=token)
    history = decisions.history(db, submission=submission)
    now = datetime.now(UTC)
    restriction = appeals.restriction(db, submission=submission)
    return render_template(
        "receipts/one.html",
        token=token,
        link=_link(token),
        code=codes.inline(_link(token)),
        submission=submission,
        translation=translations.into(db, submissions=[submission], lang=lang()).get(submission.id),
        city=submission.city,
        history=[decision for decision in history[::-1] if notice_decisions.PLACE not in decision.codes],
        sentences=decision_sentences.of_submission(db, submission_id=submission.id),
        steps=step_labels(),
        told=statement(restriction) if restriction else None,
        may_object=appeals.open_to(db, submission=submission, now=now) is not None,
        reply=_reply(submission),
        appeals=appeals.of_submission(db, submission=submission),
        appeal_outcomes=outcome_labels(),
        until=receipts.decided_by(submission),
        late=receipts.decided_by(submission) < now,
        open=submission.campaign.is_open(submission.city.today(now)),
        follow=(follow or FollowForm()) if followers.can_follow(submission, now=now) else None,
        alert=alert,
        sent="sent" in request.args,
    )


def _form(token: str, form: CorrectionForm, alert: str = "") -> str:
    return render_template(
        "receipts/correct.html",
        token=token,
        submission=form.submission,
        city=form.submission.city,
        form=form.fields,
        version=form.submission.version if alert else form.seen.version.data,
        alert=alert,
    )


def _reply(submission: Submission) -> Reply | None:
    """What the city has answered at the place of a published entry."""
    if submission.status != "published" or submission.place_id is None:
        return None
    return replies.for_reader(db, city=submission.city, place_id=submission.place_id, lang=lang())


def _too_late(token: str) -> Response:
    flash(gettext("Your entry can no longer be corrected, because the city has decided on it."), "error")
    return redirect(url_for("receipts.one", token=token), 303)


def _overtaken(token: str, form: CorrectionForm, photo: Photo) -> Answer:
    """Somebody was faster: after a decision nothing can be changed, after any other step it can be sent again."""
    db.rollback()
    if form.submission.status != "pending":
        alert = gettext("In the meantime the city has decided on your entry. Your correction was not saved.")
        return page(token, alert=alert), 409
    again = gettext(
        "Your entry was changed in the meantime, perhaps because the city has set its place. "
        "Please check what you wrote and save it again."
    )
    form.fields.new_key()
    return _again(token, form, photo, again), 409


def _link(token: str) -> str:
    settings: Settings = current_app.extensions["participation_settings"]
    return settings.base_url + url_for("receipts.one", token=token)
