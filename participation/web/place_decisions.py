"""To which place an entry belongs, what the place is called, and which places are one."""

import re
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext

from participation.errors import Conflict, FormInvalid, Problem
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services import claims, place_decisions, place_merges
from participation.web.forms.decisions import DecisionForm
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.decision_pages import ONE, Answer, step, submission_of, take
from participation.web.plumbing.sessions import db

blueprint = Blueprint("place_decisions", __name__)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@blueprint.post(f"{ONE}/join")
@needs("decide")
def join(submission_id: UUID) -> Answer:
    """The same place as another entry."""
    submission = submission_of(submission_id)
    values, done = step(submission), gettext("The entry belongs to that place now.")
    return take(submission, lambda: place_decisions.join(db, **values, place_id=_place_id()), done)


@blueprint.post(f"{ONE}/split")
@needs("decide")
def split(submission_id: UUID) -> Answer:
    """A place of its own."""
    submission = submission_of(submission_id)
    values, done = step(submission), gettext("The entry has a place of its own now.")
    return take(submission, lambda: place_decisions.split(db, **values), done)


@blueprint.post(f"{ONE}/name")
@needs("decide")
def name(submission_id: UUID) -> Answer:
    """What everybody calls the place."""
    submission = submission_of(submission_id)
    values, wanted = step(submission), request.form.get("name", "")
    return take(submission, lambda: place_decisions.name(db, **values, name=wanted), gettext("The name is saved."))


@blueprint.post(f"{ONE}/merge")
@needs("decide")
def merge(submission_id: UUID) -> Answer:
    """The whole place is another one."""
    submission = submission_of(submission_id)
    return take(submission, lambda: _merge(submission), gettext("The two places are one now."))


@blueprint.post(f"{ONE}/unmerge")
@needs("decide")
def unmerge(submission_id: UUID) -> Answer:
    """The two places were not one after all."""
    submission = submission_of(submission_id)
    return take(submission, lambda: _unmerge(submission), gettext("The two places are separate again."))


def _merge(submission: Submission) -> Decision:
    _check_seen(submission)
    city, own_id = submission.city, submission.place_id
    if own_id is None:
        raise FormInvalid({"place": Problem("place_unknown")})
    own, into = (place_decisions.there(db, city=city, place_id=one) for one in (own_id, _place_id()))
    return place_merges.merge(db, account=signed_in(), city=city, place=own, into=into, now=datetime.now(UTC))


def _unmerge(submission: Submission) -> Decision:
    _check_seen(submission)
    city = submission.city
    return place_merges.unmerge(db, account=signed_in(), city=city, place_id=_place_id(), now=datetime.now(UTC))


def _check_seen(submission: Submission) -> None:
    """Raises Conflict where the entry may belong elsewhere than the page showed, or somebody else has it open."""
    if DecisionForm().seen().version != submission.version:
        raise Conflict("already_decided", status=submission.status)
    claims.heed(db, account=signed_in(), submission=submission, now=datetime.now(UTC))


def _place_id() -> UUID:
    """The place that was chosen from the list, or whose address was pasted; FormInvalid without one."""
    pasted = ID.findall(request.form.get("address", ""))
    chosen = pasted[-1] if pasted else request.form.get("place", "")
    try:
        return UUID(chosen)
    except ValueError as error:
        raise FormInvalid({"place": Problem("place_unknown")}) from error
