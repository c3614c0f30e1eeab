"""The page of one entry for those who decide on it, and the decisions made there."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext

from participation.services import decision_amendments, decisions
from participation.web.forms.decisions import (
    AmendForm,
    PointForm,
    RejectForm,
)
from participation.web.plumbing import entry_tools, queue_pages
from participation.web.plumbing.access import needs
from participation.web.plumbing.decision_pages import ONE, Answer, back_to_queue, page, step, submission_of, take
from participation.web.plumbing.sessions import db

blueprint = Blueprint("decisions", __name__)
# What a page of one entry can be sent for; reloading such an answer leads back to the page.
STEPS = (
    "publish, reject, remove, undo, 'second-look', point, amend, join, split, name, merge, unmerge, redact, ask, grant,"
    " refuse"
)


@blueprint.get(ONE)
@needs("decide")
def one(submission_id: UUID) -> Answer:
    """One submission with its history and everything that can be decided on it."""
    return page(submission_of(submission_id))


@blueprint.post(f"{ONE}/publish")
@needs("decide")
def publish(submission_id: UUID) -> Answer:
    """On the map at once."""
    submission = submission_of(submission_id)
    values = step(submission)
    done = gettext("The entry is published.")
    return take(submission, lambda: decisions.publish(db, **values), done, back_to_queue(submission))


@blueprint.post(f"{ONE}/reject")
@needs("decide")
def reject(submission_id: UUID) -> Answer:
    """Refused, with a reason its author can read."""
    submission, form = submission_of(submission_id), RejectForm()
    values = step(submission)
    code, done = form.reason_code.data or "", gettext("The entry is rejected.")
    back = back_to_queue(submission)
    return take(submission, lambda: decisions.reject(db, **values, reason_code=code), done, back)


@blueprint.post(f"{ONE}/remove")
@needs("decide")
def remove(submission_id: UUID) -> Answer:
    """Off the map at once, with a reason its author can read."""
    submission, form = submission_of(submission_id), RejectForm()
    values = step(submission)
    code, done = form.reason_code.data or "", gettext("The entry is no longer shown to the public.")
    return take(submission, lambda: decisions.remove(db, **values, reason_code=code), done)


@blueprint.post(f"{ONE}/undo")
@needs("decide")
def undo(submission_id: UUID) -> Answer:
    """One's own decision of a moment ago is taken back."""
    submission = submission_of(submission_id)
    values = step(submission)
    return take(submission, lambda: decisions.undo(db, **values), gettext("Taken back: the entry waits again."))


@blueprint.post(f"{ONE}/second-look")
@needs("decide")
def second_look(submission_id: UUID) -> Answer:
    """Somebody else should look at it."""
    submission = submission_of(submission_id)
    values = step(submission)
    done = gettext("The entry is left for a second look.")
    return take(submission, lambda: decisions.second_look(db, **values), done, back_to_queue(submission))


@blueprint.post(f"{ONE}/point")
@needs("decide")
def set_point(submission_id: UUID) -> Answer:
    """Where the author meant it to be."""
    submission, form = submission_of(submission_id), PointForm()
    values, done = step(submission), gettext("The place is set.")
    return take(submission, lambda: decision_amendments.set_point(db, **values, where=form.where()), done)


@blueprint.post(f"{ONE}/amend")
@needs("decide")
def amend(submission_id: UUID) -> Answer:
    """Kind, place type and language as they should be."""
    submission, form = submission_of(submission_id), AmendForm()
    values = step(submission)
    wanted, done = form.wanted(request.form), gettext("The entry is corrected.")
    return take(submission, lambda: decision_amendments.amend(db, **values, wanted=wanted), done)


@blueprint.get(f"{ONE}/<any({STEPS}):_step>")
@needs("decide")
def again(submission_id: UUID, _step: str) -> Answer:
    """Somebody reloads the answer to a refused form, or reads it in another language."""
    if entry_tools.wanted():
        return redirect(queue_pages.tool_again(submission_of(submission_id)))
    return redirect(url_for("decisions.one", submission_id=submission_id))
