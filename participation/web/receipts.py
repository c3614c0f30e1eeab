"""The receipt: the secret link that lets the author see, withdraw or erase what they sent."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.services import decisions, submissions
from participation.settings import Settings
from participation.web.forms.decisions import reason_labels
from participation.web.plumbing.sessions import db

blueprint = Blueprint("receipts", __name__)
log = structlog.get_logger()


@blueprint.get("/<lang:lang>/receipts/<token>")
def one(token: str) -> str:
    """The state of a submission and what was sent; just after sending, the thanks."""
    submission = submissions.by_receipt(db, token=token)
    history = decisions.history(db, submission=submission)
    rejection = next((decision for decision in history if decision.action == "reject"), None)
    settings: Settings = current_app.extensions["participation_settings"]
    return render_template(
        "receipts/one.html",
        token=token,
        link=settings.base_url + url_for("receipts.one", token=token),
        submission=submission,
        city=submission.city,
        history=history,
        reason=reason_labels().get(rejection.reason_code or "", "") if rejection else "",
        sent="sent" in request.args,
    )


@blueprint.post("/<lang:lang>/receipts/<token>/withdraw")
def withdraw(token: str) -> Response:
    """Take a published submission back from the public."""
    submission = submissions.by_receipt(db, token=token)
    submissions.withdraw(db, submission=submission, now=datetime.now(UTC))
    db.commit()
    log.info("submission_withdrawn", submission_id=str(submission.id))
    flash(gettext("Your entry is no longer shown to the public."))
    return redirect(url_for("receipts.one", token=token), 303)


@blueprint.post("/<lang:lang>/receipts/<token>/erase")
def erase(token: str) -> Response:
    """Erase everything that was sent."""
    submission = submissions.by_receipt(db, token=token)
    submissions.erase(db, submission=submission, now=datetime.now(UTC))
    db.commit()
    log.info("submission_erased", submission_id=str(submission.id))
    flash(gettext("Your entry has been erased."))
    return redirect(url_for("receipts.one", token=token), 303)
