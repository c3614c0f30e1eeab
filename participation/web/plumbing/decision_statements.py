"""The statement of reasons for a rejection or removal, in the language that is spoken: on the receipt and in mails.

It says what article 17 of the Digital Services Act asks for: what is done and where, the facts and whether somebody
reported the entry, what programs had to do with it, on which ground, and how to object.
"""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from participation.models.decision_sentences import DecisionSentence
from participation.models.decisions import Decision
from participation.services import appeals, decision_sentences, notice_decisions
from participation.web.forms.decisions import reason_labels
from participation.web.forms.receipts import ground_labels, reason_advice
from participation.web.plumbing.formats import named
from participation.web.plumbing.sessions import db


@dataclass(frozen=True)
class Statement:
    """The parts of a statement; `until` is when the time for an objection ends."""

    measure: str
    facts: str
    programs: str
    reason: str
    ground: str
    advice: str
    sentence: DecisionSentence | None
    until: datetime


def statement(decision: Decision) -> Statement:
    """Why a submission is rejected or removed."""
    code, city = decision.reason_code or "", named(decision.submission.city)
    removed = decision.action == "remove"
    return Statement(
        measure=_measure(city, removed=removed),
        facts=_facts(decision, removed=removed),
        programs=gettext(
            "A person has decided. Programs sort entries and mark those that need a closer look; they decide nothing."
        ),
        reason=reason_labels()[code],
        ground=ground_labels()[code],
        advice=reason_advice()[code],
        sentence=decision_sentences.of_decision(db, decision=decision),
        until=appeals.ends(decision),
    )


def _measure(city: str, *, removed: bool) -> str:
    if removed:
        return gettext(
            "The entry has been taken off the map of %(city)s, the list and the downloads, without a limit in time.",
            city=city,
        )
    return gettext(
        "The entry is not published: neither on the map of %(city)s nor in list or downloads, without a limit in time.",
        city=city,
    )


def _facts(decision: Decision, *, removed: bool) -> str:
    if not removed:
        return gettext("Somebody at the city has read the entry, as every entry is read before it is published.")
    if notice_decisions.led_to(db, decision=decision):
        return gettext("Somebody has reported the entry. The city has looked at it and found the report right.")
    return gettext("Somebody at the city has looked at the entry again. Nobody had reported it.")
