"""The statement of reasons for a refusal or redaction, in the language that is spoken: on the receipt and in mails.

It says what article 17 of the Digital Services Act asks for: what is done and where, the facts and whether somebody
reported the entry, what programs had to do with it, on which ground, and how to object.
"""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext

from participation.models.decision_sentences import DecisionSentence
from participation.models.decisions import Decision
from participation.services import appeals, decision_sentences, notice_decisions
from participation.web.forms.decisions import detail_labels, reason_labels
from participation.web.forms.receipts import ground_labels, reason_advice
from participation.web.plumbing.formats import named
from participation.web.plumbing.sessions import db


@dataclass(frozen=True)
class Statement:
    """The parts of a statement; `until` is when the time for an objection ends, None where it could change nothing."""

    measure: str
    facts: str
    programs: str
    reason: str
    ground: str
    advice: str
    sentence: DecisionSentence | None
    until: datetime | None


def statement(decision: Decision) -> Statement:
    """Why a submission is rejected or removed, or parts of it are hidden."""
    code = decision.reason_code or ""
    return Statement(
        measure=_measure(decision),
        facts=_facts(decision),
        programs=gettext(
            "A person has decided. Programs sort entries and mark those that need a closer look; they decide nothing."
        ),
        reason=reason_labels()[code],
        ground=ground_labels()[code],
        advice=_advice(decision),
        sentence=decision_sentences.of_decision(db, decision=decision),
        until=appeals.ends(decision) if appeals.can_be_reversed(db, decision=decision) else None,
    )


def _measure(decision: Decision) -> str:
    city = named(decision.submission.city)
    if decision.action == "redact":
        return gettext(
            "The entry is shown on the map of %(city)s, in the list and in the downloads without what the city has "
            "hidden in it, without a limit in time. Something is hidden in: %(parts)s.",
            city=city,
            parts=", ".join(detail_labels()[part] for part in decision.codes),
        )
    if decision.action == "remove":
        return gettext(
            "The entry has been taken off the map of %(city)s, the list and the downloads, without a limit in time.",
            city=city,
        )
    return gettext(
        "The entry is not published: neither on the map of %(city)s nor in list or downloads, without a limit in time.",
        city=city,
    )


def _facts(decision: Decision) -> str:
    if decision.from_status == "pending":
        return gettext("Somebody at the city has read the entry, as every entry is read before it is published.")
    if notice_decisions.led_to(db, decision=decision):
        return gettext("Somebody has reported the entry. The city has looked at it and found the report right.")
    if notice_decisions.was_reported(db, decision=decision):
        return gettext("Somebody has reported the entry. The city has looked at it again.")
    return gettext("Somebody at the city has looked at the entry again. Nobody had reported it.")


def _advice(decision: Decision) -> str:
    if decision.action == "redact":
        return gettext("You need not do anything: all the rest is shown.")
    return reason_advice()[decision.reason_code or ""]
