"""The moderation desk: the queues of a city, the entry that is open, and one decision after the other."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.services import cities, decisions, locations, queue_decisions
from participation.services.decisions import Seen
from participation.services.queue_decisions import Outcome, Wish
from participation.web.forms import queues as forms
from participation.web.forms.messages import message
from participation.web.forms.queues import ManyForm, QueueForm
from participation.web.plumbing import mails
from participation.web.plumbing.access import needs, signed_in
from participation.web.plumbing.locale import lang
from participation.web.plumbing.queue_pages import answer, home_page, refused, remember, tell_left
from participation.web.plumbing.sessions import db

blueprint = Blueprint("queues", __name__)
log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
DESK = "/<lang:lang>/staff/queue/<city>"
ENTRY = f"{DESK}/entries/<uuid:submission_id>"


@blueprint.get("/<lang:lang>/staff/")
@needs("see_queue_lengths")
def home() -> Answer:
    """The queue of the one city of a moderator; for all others the cities and how much waits there."""
    account = signed_in()
    seen = decisions.cities_of(db, account=account)
    if len(seen) == 1 and decisions.may_decide(account, seen[0]):
        return redirect(url_for("queues.desk", city=seen[0].slug))
    return home_page(account, seen)


@blueprint.get(DESK)
@needs("decide")
def desk(city: str) -> Response:
    """What waits, the oldest first, with one entry open: the one that is asked for, or the first free one."""
    return answer(cities.by_slug(db, slug=city))


@blueprint.post(ENTRY)
@needs("decide")
def decide(city: str, submission_id: UUID) -> Response:
    """One decision, and the next entry."""
    found, form = cities.by_slug(db, slug=city), QueueForm()
    submission = decisions.submission_for(db, account=signed_in(), submission_id=submission_id)
    wish = form.wish(lang())
    try:
        decision = queue_decisions.decide(
            db,
            account=signed_in(),
            submission=submission,
            version=form.version.data or 0,
            wish=wish,
            now=datetime.now(UTC),
        )
    except (Conflict, FormInvalid) as refusal:
        db.rollback()
        return refused(submission, refusal, wish)
    _tell([decision])
    flash(forms.done_labels()[wish.action])
    remember(decision)
    return redirect(_desk_address(found, next=submission_id), 303)


@blueprint.post(f"{ENTRY}/undo")
@needs("decide")
def undo(city: str, submission_id: UUID) -> Response:
    """Take back what one has decided a moment ago; the entry is open again."""
    found, form = cities.by_slug(db, slug=city), QueueForm()
    submission = decisions.submission_for(db, account=signed_in(), submission_id=submission_id)
    seen = Seen(form.version.data or 0, form.idempotency_key.data or "")
    session.pop("desk_undo", None)
    try:
        decision = decisions.undo(db, account=signed_in(), submission=submission, seen=seen, now=datetime.now(UTC))
    except Conflict as refusal:
        db.rollback()
        return refused(submission, refusal, Wish("undo"))
    _tell([decision])
    flash(gettext("Undone: the entry waits again."))
    return redirect(_desk_address(found, entry=submission_id), 303)


@blueprint.post(f"{DESK}/many")
@needs("decide")
def decide_many(city: str) -> Response:
    """The same decision on all that are ticked; a great many rejections wait for a second person."""
    found, form = cities.by_slug(db, slug=city), ManyForm()
    versions = form.versions(request.form.getlist("chosen"))
    try:
        outcome = queue_decisions.decide_many(
            db, account=signed_in(), city=found, versions=versions, wish=form.wish(lang()), now=datetime.now(UTC)
        )
    except FormInvalid as refusal:
        db.rollback()
        for problem in refusal.problems.values():
            flash(message(problem), "error")
        return redirect(_desk_address(found), 303)
    _tell(outcome.made)
    _flash_outcome(outcome)
    if outcome.proposal:
        return redirect(url_for("proposals.one", city=found.slug, proposal_id=outcome.proposal.id), 303)
    return redirect(_desk_address(found), 303)


@blueprint.get(ENTRY)
@blueprint.get(f"{ENTRY}/undo", endpoint="undo_again")
@needs("decide")
def again(city: str, submission_id: UUID) -> Response:
    """Somebody reloads the answer to a refused form, or reads it in another language."""
    return redirect(url_for("queues.desk", city=city, entry=submission_id))


@blueprint.get(f"{DESK}/many")
@needs("decide")
def many_again(city: str) -> Response:
    """The same, after many at once."""
    return redirect(url_for("queues.desk", city=city))


def _desk_address(city: City, **more: UUID) -> str:
    chosen = forms.read(request.args, locations.districts(db, city=city))
    return url_for("queues.desk", city=city.slug, **chosen.query(**more))


def _tell(made: list[Decision]) -> None:
    for decision in made:
        mails.tell(decision)
    db.commit()
    for decision in made:
        log.info(
            "decision",
            action=decision.action,
            submission_id=str(decision.submission_id),
            account_id=decision.account_id,
        )


def _flash_outcome(outcome: Outcome) -> None:
    done, left = len(outcome.made), len(outcome.left)
    if outcome.proposal:
        flash(gettext("So many rejections need a second person: they wait until somebody else confirms them."))
    if done:
        flash(ngettext("%(num)s entry is decided.", "%(num)s entries are decided.", done))
    tell_left(left)
