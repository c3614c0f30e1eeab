"""How the page of the desk comes about: which entry is open, whose it is, and what stands around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import flash, make_response, render_template, request, session, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from participation.errors import FormInvalid, NotFound, ServiceError
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.questionnaire import load, versions
from participation.services import (
    decision_sentences,
    decisions,
    locations,
    notices,
    queue_neighbours,
    queues,
    translations,
)
from participation.services.queue_decisions import Wish
from participation.services.queues import Page
from participation.web.forms import decisions as words
from participation.web.forms import queues as forms
from participation.web.forms.messages import messages, why_not
from participation.web.forms.queues import Chosen, id_in
from participation.web.plumbing import entry_tools
from participation.web.plumbing.access import signed_in
from participation.web.plumbing.claims import Holder, opened
from participation.web.plumbing.locale import lang
from participation.web.plumbing.sessions import db

# How long taking back is offered; the service gives a slow connection more.
UNDO_SHOWN = timedelta(seconds=10)
# Whoever is slower than others finds the entry taken: then the next one is tried, so many times.
TRIES = 5


@dataclass(frozen=True)
class Refusal:
    """What somebody wanted to do with an entry and could not: because of problems, or of what others did (`said`).

    `claimed` says that somebody else has it open.
    """

    submission_id: UUID
    wish: Wish
    said: str = ""
    claimed: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)


def home_page(account: Account, seen: Sequence[City]) -> str:
    """The cities, and how much waits in each."""
    waiting = queues.lengths(db, cities=seen)
    rows = [(city, n, decisions.may_decide(account, city)) for city, n in waiting]
    return render_template("queues/cities.html", rows=rows, reported=notices.waiting(db, cities=seen))


def answer(city: City, refusal: Refusal | None = None) -> Response:
    """The desk as a whole page or, for a script that asks for it, only what changes on it."""
    asked_by_script = request.headers.get("HX-Request") == "true"
    template = "queues/_desk.html" if asked_by_script else "queues/desk.html"
    response = make_response(render_template(template, whole=not asked_by_script, **_context(city, refusal)))
    if refusal:
        response.status_code = 422 if refusal.problems else 409
    response.vary.add("HX-Request")
    if asked_by_script:
        # Going back must not find a part of a page in place of the page.
        response.cache_control.no_store = True
    return response


def refused(submission: Submission, refusal: ServiceError, wish: Wish) -> Response:
    """The desk with the entry that is open, after a decision that could not be taken; to be called after a rollback."""
    problems = messages(refusal) if isinstance(refusal, FormInvalid) else {}
    said = "" if problems else why_not(refusal)
    claimed = refusal.code == "claimed"
    return answer(submission.city, Refusal(submission.id, wish, said, claimed, problems))


def after(submission: Submission) -> str:
    """Where the desk goes on after a decision with a tool: at the next entry, or at this one as long as it waits."""
    step = "entry" if submission.status == "pending" else "next"
    return _address(submission, **{step: submission.id})


def tool_again(submission: Submission) -> str:
    """The desk with the tool open again."""
    return _address(submission, entry=submission.id, tool=entry_tools.wanted())


def _address(submission: Submission, **more: Any) -> str:
    chosen = forms.read(request.args, locations.districts(db, city=submission.city))
    return url_for("queues.desk", city=submission.city.slug, **chosen.query(**more))


def remember(decision: Decision) -> None:
    """For a moment, in the browser only, so that the next page can offer to take it back."""
    session.pop("desk_undo", None)
    if decision.action in ("publish", "reject"):
        at = int(decision.at.timestamp())
        session["desk_undo"] = [str(decision.submission_id), decision.submission_version + 1, at]


def tell_left(number: int) -> None:
    """Say how many of those that were decided on together were not."""
    if number:
        sentence = ngettext(
            "%(num)s entry was left as it is: somebody else has it open or has changed it, or it lacks a point.",
            "%(num)s entries were left as they are: somebody else has them open or has changed them, or they lack a "
            "point.",
            number,
        )
        flash(sentence, "error")


def _context(city: City, refusal: Refusal | None) -> dict[str, Any]:
    account, now = signed_in(), datetime.now(UTC)
    counts = queues.counts(db, account=account, city=city)
    chosen = forms.read(request.args, locations.districts(db, city=city))
    page = queues.page(db, account=account, city=city, wanted=chosen.wanted, now=now, after=chosen.after)
    submission, holder = _opened(city, chosen, page, refusal, now)
    return {
        "city": city,
        "counts": counts,
        "spoken": forms.languages_of(city),
        "chosen": chosen,
        "queue": page,
        # A page has dozens of links that differ in nothing but the id at their end.
        "entry_address": url_for("queues.desk", city=city.slug, **chosen.query(entry="-"))[:-1],
        "matching": queues.found(db, city=city, wanted=chosen.wanted) if chosen.wanted.narrowed else None,
        "submission": submission,
        "questionnaire": load(versions()[-1]),
        "holder": holder,
        "refusal": refusal,
        "undo": _undoable(now),
        "lacks_point": locations.lacks_point,
        "queue_labels": forms.queue_labels(),
        "elsewhere_labels": forms.elsewhere_labels(),
        "wanted_labels": forms.wanted_labels(),
        **words.words(),
        **(_about(submission, page, now) if submission else {}),
        **_tool(submission, chosen, holder, refusal),
    }


def _tool(
    submission: Submission | None, chosen: Chosen, holder: Holder | None, refusal: Refusal | None
) -> dict[str, Any]:
    """The tool that is open, for an entry that one may decide on."""
    tool = entry_tools.wanted()
    if submission is None or submission.status != "pending" or holder or not tool:
        return {"tool": ""}
    problems, back = refusal.problems if refusal else {}, {"tool": tool, **chosen.query()}
    return {"tool": tool, "problems": problems, "back": back, **entry_tools.needs_of(submission, tool)}


def _about(submission: Submission, page: Page, now: datetime) -> dict[str, Any]:
    before, behind = page.neighbours(submission.id)
    history = decisions.history(db, submission=submission)
    return {
        "age": queues.age(submission, now=now),
        "before": before,
        "behind": behind,
        "history": history,
        # Most entries that wait have no history yet.
        "sentences": decision_sentences.of_submission(db, submission_id=submission.id) if history else {},
        "translation": translations.into(db, submissions=[submission], lang=lang()).get(submission.id),
        "near": queue_neighbours.of(db, submission=submission),
        "nearest": locations.nearest_landmark(submission),
    }


def _opened(
    city: City, chosen: Chosen, page: Page, refusal: Refusal | None, now: datetime
) -> tuple[Submission | None, Holder | None]:
    """The entry to show, and who else holds it; where nobody does, it is claimed."""
    wanted = refusal.submission_id if refusal else id_in(request.args, "entry")
    if wanted:
        submission = _in_page(page, wanted) or _submission(city, wanted)
        return submission, opened(submission, now, writing=refusal is None)
    for submission_id in _free(city, chosen, page, now):
        submission = _in_page(page, submission_id) or _submission(city, submission_id)
        holder = opened(submission, now)
        if holder is None:
            return submission, None
    return None, None


def _free(city: City, chosen: Chosen, page: Page, now: datetime) -> list[UUID]:
    """Entries that nobody else has open: those behind the one that was decided on, then the oldest."""
    behind = id_in(request.args, "next")
    free = [row.submission.id for row in page.rows if not row.held_by]
    after = [one for one in free if behind is None or one > behind]
    if after or (free and not page.more):
        return (after or free)[:TRIES]
    last = page.rows[-1].submission.id if page.rows else None
    found = queues.first_free(
        db, account=signed_in(), city=city, wanted=chosen.wanted, now=now, after=last if page.more else None
    )
    return [found] if found else []


def _in_page(page: Page, submission_id: UUID) -> Submission | None:
    return next((row.submission for row in page.rows if row.submission.id == submission_id), None)


def _submission(city: City, submission_id: UUID) -> Submission:
    submission = decisions.submission_for(db, account=signed_in(), submission_id=submission_id)
    if submission.city_id != city.id:
        raise NotFound("submission_unknown")
    return submission


def _undoable(now: datetime) -> dict[str, Any] | None:
    """What may still be taken back, as the form for it needs it."""
    remembered = session.get("desk_undo")
    if not remembered:
        return None
    submission_id, version, at = remembered
    left = UNDO_SHOWN.total_seconds() - (now.timestamp() - at)
    return {"id": UUID(submission_id), "version": version, "seconds": max(1, round(left))} if left > 0 else None
