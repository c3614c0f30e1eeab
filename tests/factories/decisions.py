"""What happens to submissions, done as the right person would, and a record of it."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services import (
    decision_amendments,
    decisions,
    notice_decisions,
    notices,
    place_decisions,
    place_merges,
    receipts,
    redactions,
    replies,
)
from participation.services.decision_amendments import Amendment
from participation.services.decisions import Seen
from participation.services.notice_decisions import Verdict
from participation.services.notices import Report
from participation.services.originals import Hidden
from participation.services.receipts import Correction
from tests.factories import accounts, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW, at, draft

# What one account does alone, without saying more than that.
BY_ONE = {"undo": decisions.undo, "second_look": decisions.second_look, "keep": decisions.keep}


def colleague(session: Session, account: Account) -> Account:
    """Somebody else who may decide everywhere, made at the first time."""
    others = select(Account).where(Account.role == "operator", Account.id != account.id)
    return session.scalar(others.limit(1)) or accounts.make(session)


def act(session: Session, account: Account, submission: Submission, action: str, key: str = "") -> None:
    """Do it as the right person would, with valid values."""
    seen = Seen(submission.version, key)
    if action == "publish":
        decisions.publish(session, account=account, submission=submission, seen=seen, now=NOW)
    elif action == "reject":
        decisions.reject(session, account=account, submission=submission, seen=seen, reason_code="unclear", now=NOW)
    elif action == "remove":
        decisions.remove(session, account=account, submission=submission, seen=seen, reason_code="illegal", now=NOW)
    elif action in BY_ONE:
        BY_ONE[action](session, account=account, submission=submission, seen=seen, now=NOW)
    elif action == "reopen":
        other = colleague(session, account)
        decisions.reopen(session, account=other, submission=submission, seen=seen, now=NOW)
    elif action == "set_point":
        where = at(Point(INSIDE.lat + 0.01, INSIDE.lon))
        decision_amendments.set_point(session, account=account, submission=submission, seen=seen, where=where, now=NOW)
    elif action == "correct":
        correction = Correction(draft(submission.kind, idempotency_key=key), submission.version)
        receipts.correct(session, submission=submission, correction=correction, now=NOW, folder=Path())
    else:
        {"withdraw": receipts.withdraw, "erase": receipts.erase}[action](session, submission=submission, now=NOW)


def a_record(session: Session, account: Account, city: City, campaign: Campaign) -> list[Decision]:
    """Five decisions on three submissions: set_point, publish, withdraw; reject; publish."""
    made = [submissions.make(session, city, campaign) for _ in range(3)]
    for submission, action in zip(
        (made[0], made[1], made[0], made[0], made[2]),
        ("set_point", "reject", "publish", "withdraw", "publish"),
        strict=True,
    ):
        act(session, account, submission, action)
    return recorded(session, city)


def recorded(session: Session, city: City) -> list[Decision]:
    query = select(Decision).where(Decision.city_id == city.id).order_by(Decision.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def change(session: Session, account: Account, submission: Submission, action: str, other: Submission) -> None:
    """Change what leaves a submission in its state; `other` is another one, for what takes two."""
    step: dict[str, Any] = {
        "account": account,
        "submission": submission,
        "seen": Seen(submission.version),
        "now": NOW,
    }
    if action == "amend":
        wanted = Amendment(place_type="street" if submission.place_type != "street" else "square")
        decision_amendments.amend(session, **step, wanted=wanted)
    elif action == "join":
        place_decisions.join(session, **step, place_id=other.place_id or uuid4())
    elif action == "split":
        place_decisions.split(session, **step)
    elif action == "name_place":
        place_decisions.name(session, **step, name=f"Place {submission.version}")
    elif action == "merge":
        ids = submission.place_id or uuid4(), other.place_id or uuid4()
        own, into = (place_decisions.there(session, city=submission.city, place_id=one) for one in ids)
        place_merges.merge(session, account=account, city=submission.city, place=own, into=into, now=NOW)
    elif action == "unmerge":
        merged = place_merges.into_place(session, place_id=submission.place_id or uuid4())
        place_id = merged[0][1].id if merged else uuid4()
        place_merges.unmerge(session, account=account, city=submission.city, place_id=place_id, now=NOW)
    elif action in ("reply", "take_reply_back", "report"):
        answer_or_report(session, account, submission, action)
    elif action == "redact":
        hidden = Hidden(ranges=((0, 1),), place_name=True)
        redactions.redact(session, **step, hidden=hidden, folder=Path("unused"))
    elif action.startswith("ask_"):
        redactions.ask(session, **step, wish=action.removeprefix("ask_"))
    else:
        redactions.grant(session, **step | {"account": colleague(session, account)}, folder=Path("unused"))


def answer_or_report(session: Session, account: Account, submission: Submission, action: str) -> None:
    """What the city says at a place, or that somebody reported an entry: it was changed, or is gone already."""
    city = submission.city
    if action == "report":
        said = Report(ground="untrue", explanation="That is not true.", good_faith=True)
        notice = notices.give(session, city=city, about=submission, report=said, now=NOW).notice
        verdict = Verdict("changed" if submission.status == "published" else "settle")
        notice_decisions.decide(session, account=account, notice=notice, verdict=verdict, seen=Seen(0), now=NOW)
        return
    place = place_decisions.there(session, city=city, place_id=submission.place_id or uuid4())
    text = f"Answer {submission.version}" if action == "reply" else ""
    replies.give(session, account=account, city=city, place=place, lang="de", text=text, now=NOW)


CHANGES = (
    "amend",
    "join",
    "split",
    "name_place",
    "merge",
    "unmerge",
    "reply",
    "take_reply_back",
    "report",
    "redact",
    "ask_restore",
    "ask_drop_original",
    "grant",
)
