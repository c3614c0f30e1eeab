"""The moderation desk: the queue of a city, and the decisions."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services import cities, decisions, notices
from participation.web.forms.decisions import (
    DecisionForm,
    PointForm,
    RejectForm,
    action_labels,
    reason_labels,
    source_labels,
    status_labels,
)
from participation.web.forms.messages import message
from participation.web.plumbing import mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.sessions import db

blueprint = Blueprint("decisions", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
ONE = "/<lang:lang>/staff/submissions/<uuid:submission_id>"


@blueprint.get("/<lang:lang>/staff/")
@needs("see_queue_lengths")
def home() -> Answer:
    """The queue of the one city of a moderator; for all others the cities and how much waits there."""
    account = signed_in()
    seen = decisions.cities_of(db, account=account)
    if len(seen) == 1 and decisions.may_decide(account, seen[0]):
        return redirect(url_for("decisions.queue", city=seen[0].slug))
    waiting = decisions.queue_lengths(db, cities=seen)
    rows = [(city, n, decisions.may_decide(account, city)) for city, n in waiting]
    return render_template("decisions/cities.html", rows=rows, reported=notices.waiting(db, cities=seen))


@blueprint.get("/<lang:lang>/staff/queue/<city>")
@needs("decide")
def queue(city: str) -> Answer:
    """What waits for a decision, oldest first."""
    found = cities.by_slug(db, slug=city)
    page = request.args.get("page", 1, type=int)
    waiting = decisions.queue(db, account=signed_in(), city=found, page=page)
    return render_template(
        "decisions/queue.html",
        city=found,
        queue=waiting,
        reported=notices.waiting(db, cities=[found])[found.id],
        lacks_point=decisions.lacks_point,
        nearest_landmark=decisions.nearest_landmark,
        reasons=reason_labels(),
        sources=source_labels(),
    )


@blueprint.get(ONE)
@needs("decide")
def one(submission_id: UUID) -> Answer:
    """One submission with its history and everything that can be decided on it."""
    return _page(_submission(submission_id))


@blueprint.post(f"{ONE}/publish")
@needs("decide")
def publish(submission_id: UUID) -> Answer:
    """On the map at once."""
    submission, form = _submission(submission_id), DecisionForm()
    try:
        decision = decisions.publish(
            db, account=signed_in(), submission=submission, seen=form.seen(), now=datetime.now(UTC)
        )
    except (FormInvalid, Conflict) as refusal:
        return _refused(submission, refusal)
    return _decided(decision, gettext("The entry is published."), _to_queue(submission, form))


@blueprint.post(f"{ONE}/reject")
@needs("decide")
def reject(submission_id: UUID) -> Answer:
    """Refused, with a reason its author can read."""
    submission, form = _submission(submission_id), RejectForm()
    reason_code = form.reason_code.data or ""
    try:
        decision = decisions.reject(
            db,
            account=signed_in(),
            submission=submission,
            seen=form.seen(),
            reason_code=reason_code,
            now=datetime.now(UTC),
        )
    except (FormInvalid, Conflict) as refusal:
        return _refused(submission, refusal)
    return _decided(decision, gettext("The entry is rejected."), _to_queue(submission, form))


@blueprint.post(f"{ONE}/point")
@needs("decide")
def set_point(submission_id: UUID) -> Answer:
    """Where the author meant it to be."""
    submission, form = _submission(submission_id), PointForm()
    try:
        decision = decisions.set_point(
            db, account=signed_in(), submission=submission, seen=form.seen(), where=form.where(), now=datetime.now(UTC)
        )
    except (FormInvalid, Conflict) as refusal:
        return _refused(submission, refusal)
    here = url_for("decisions.one", submission_id=submission.id)
    return _decided(decision, gettext("The place is set."), here)


@blueprint.get(f"{ONE}/<any(publish, reject, point):_step>")
@needs("decide")
def again(submission_id: UUID, _step: str) -> Answer:
    """Somebody reloads the answer to a refused form, or reads it in another language."""
    return redirect(url_for("decisions.one", submission_id=submission_id))


def _submission(submission_id: UUID) -> Submission:
    return decisions.submission_for(db, account=signed_in(), submission_id=submission_id)


def _to_queue(submission: Submission, form: DecisionForm) -> str:
    # Back to the page of the queue from which the decision was made.
    page = form.page.data or 1
    return url_for("decisions.queue", city=submission.city.slug, page=page if page > 1 else None)


def _decided(decision: Decision, done: str, address: str) -> Response:
    mails.tell(decision)
    db.commit()
    log.info(
        "decision",
        action=decision.action,
        submission_id=str(decision.submission_id),
        account_id=decision.account_id,
    )
    flash(done)
    return redirect(address, 303)


def _refused(submission: Submission, refusal: FormInvalid | Conflict) -> tuple[str, int]:
    db.rollback()
    if isinstance(refusal, FormInvalid):
        problems = {name: message(problem) for name, problem in refusal.problems.items()}
        return _page(submission, problems), 422
    changed = gettext("Somebody has decided on this entry in the meantime. You see it as it is now.")
    return _page(submission, {"": changed}), 409


def _page(submission: Submission, problems: dict[str, str] | None = None) -> str:
    form = PointForm()
    form.offer(submission.city)
    return render_template(
        "decisions/one.html",
        city=submission.city,
        submission=submission,
        history=decisions.history(db, submission=submission),
        lacks_point=decisions.lacks_point,
        nearest_landmark=decisions.nearest_landmark,
        form=form,
        problems=problems or {},
        actions=action_labels(),
        reasons=reason_labels(),
        sources=source_labels(),
        statuses=status_labels(),
    )
