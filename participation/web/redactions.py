"""Hiding words and parts of photos; showing them again or deleting them for good takes two people."""

from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext

from participation.models.decisions import HIDING_REASONS, Decision
from participation.models.submissions import Submission
from participation.private_details import BLOCK
from participation.services import redactions
from participation.web.forms.redactions import RedactionForm, WishForm, grid
from participation.web.plumbing import gates
from participation.web.plumbing.access import needs
from participation.web.plumbing.decision_pages import ONE, Answer, back_to_queue, step, submission_of, take
from participation.web.plumbing.sessions import db

blueprint = Blueprint("redactions", __name__)
# How the page without a script divides a photo.
blueprint.add_app_template_global(grid, "photo_grid")
blueprint.add_app_template_global(lambda: BLOCK, "redacted_block")


@blueprint.post(f"{ONE}/redact")
@needs("decide")
def redact(submission_id: UUID) -> Answer:
    """Hide what was marked, and publish the rest if wanted."""
    submission, form = submission_of(submission_id), RedactionForm()
    if form.publish.data:
        done = gettext("The entry is published without what you marked.")
        return take(submission, lambda: _redact(submission, form), done, back_to_queue(submission))
    return take(submission, lambda: _redact(submission, form), gettext("What you marked is hidden."))


@blueprint.post(f"{ONE}/ask")
@needs("decide")
def ask(submission_id: UUID) -> Answer:
    """Ask somebody else to show or to delete the original."""
    submission, form = submission_of(submission_id), WishForm()
    wish, done = form.wish.data or "", gettext("Somebody else has to do this now: your wish is noted here.")
    return take(submission, lambda: redactions.ask(db, **step(submission), wish=wish), done)


@blueprint.post(f"{ONE}/grant")
@needs("decide")
def grant(submission_id: UUID) -> Answer:
    """Do what somebody else has asked for."""
    submission, folder = submission_of(submission_id), gates.gate().photos
    return take(submission, lambda: redactions.grant(db, **step(submission), folder=folder), gettext("This is done."))


@blueprint.post(f"{ONE}/refuse")
@needs("decide")
def refuse(submission_id: UUID) -> Answer:
    """Leave everything as it is."""
    submission = submission_of(submission_id)
    return take(submission, lambda: redactions.refuse(db, **step(submission)), gettext("Everything stays as it is."))


def _redact(submission: Submission, form: RedactionForm) -> Decision:
    hidden, folder = form.hidden(request.form, submission), gates.gate().photos
    do = redactions.publish_redacted if form.publish.data else redactions.redact
    reason_code = form.reason_code.data or HIDING_REASONS[0]
    return do(db, **step(submission), hidden=hidden, folder=folder, reason_code=reason_code)
