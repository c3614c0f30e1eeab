"""The page of one entry, and how every decision that is made there ends: done, or refused with everything on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from flask import flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from participation.errors import Conflict, FormInvalid, NotAllowed
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services import decision_sentences, decisions, locations, originals, translations
from participation.services.queue_decisions import Wish
from participation.web.forms import decisions as forms
from participation.web.forms.messages import messages, why_not
from participation.web.plumbing import claims, entry_tools, mails, queue_pages
from participation.web.plumbing.access import signed_in
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

log = structlog.get_logger()
Answer = str | tuple[str, int] | Response
ONE = "/<lang:lang>/staff/submissions/<uuid:submission_id>"


def submission_of(submission_id: UUID) -> Submission:
    """The submission of an address, for those who may decide on it."""
    return decisions.submission_for(db, account=signed_in(), submission_id=submission_id)


def step(submission: Submission) -> dict[str, Any]:
    """What every decision is told: by whom, on what, in which version, when."""
    seen = forms.DecisionForm().seen()
    return {"account": signed_in(), "submission": submission, "seen": seen, "now": datetime.now(UTC)}


def here(submission: Submission) -> str:
    """The page of one entry."""
    return url_for("decisions.one", submission_id=submission.id)


def back_to_queue(submission: Submission) -> str:
    """The queue of its city."""
    return url_for("queues.desk", city=submission.city.slug)


def take(submission: Submission, decide: Callable[[], Decision], done: str, address: str = "") -> Answer:
    """Make a decision, say so and go on; what cannot be done shows the page with the reason."""
    try:
        decision = decide()
        # Only the forms that refuse something have a sentence to the author.
        text = request.form.get("sentence", "")
        decision_sentences.say(db, decision=decision, text=text, lang=lang())
    except (FormInvalid, Conflict, NotAllowed) as refusal:
        return _refused(submission, refusal)
    mails.tell(decision)
    db.commit()
    log.info(
        "decision",
        action=decision.action,
        submission_id=str(decision.submission_id),
        account_id=decision.account_id,
    )
    flash(done)
    if entry_tools.wanted():
        queue_pages.remember(decision)
        return redirect(queue_pages.after(submission), 303)
    return redirect(address or here(submission), 303)


def page(submission: Submission, problems: dict[str, str] | None = None) -> str:
    """One submission with its history and everything that can be decided on it; opening it claims it."""
    now = datetime.now(UTC)
    history = decisions.history(db, submission=submission)
    return render_template(
        "decisions/one.html",
        city=submission.city,
        submission=submission,
        translation=translations.into(db, submissions=[submission], lang=lang()).get(submission.id),
        history=history,
        sentences=decision_sentences.of_submission(db, submission_id=submission.id),
        undoable=decisions.can_undo(history, account=signed_in(), now=now),
        original=originals.of(db, submission=submission) if submission.redacted_at else None,
        original_photo=originals.photo_of(db, submission=submission) if submission.redacted_at else None,
        holder=claims.opened(submission, now, writing=problems is None),
        lacks_point=locations.lacks_point,
        nearest_landmark=locations.nearest_landmark,
        problems=problems or {},
        me=signed_in(),
        tool="",
        back={},
        **entry_tools.needs_of(submission, *entry_tools.TOOLS),
        **forms.words(),
    )


def _refused(submission: Submission, refusal: FormInvalid | Conflict | NotAllowed) -> Answer:
    db.rollback()
    if entry_tools.wanted():
        return queue_pages.refused(submission, refusal, Wish(entry_tools.wanted()))
    if isinstance(refusal, FormInvalid):
        return page(submission, messages(refusal)), 422
    return page(submission, {"": why_not(refusal)}), 409
