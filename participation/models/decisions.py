"""Decisions: what was done with a submission, by whom and why; rows are only ever added, the database sees to it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.submissions import STEPS, Submission

# To which state an action leads; None leaves it as it is.
LEADS_TO = {
    "publish": "published",
    "reject": "rejected",
    "remove": "removed",
    "undo": "pending",
    "reopen": "pending",
    "second_look": None,
    # After a report or an objection: what was decided stands.
    "keep": None,
    # After a report: it was right, and something was changed; or what it was about is gone already.
    "uphold_report": None,
    "settle_report": None,
    "set_point": None,
    # The moderator changes kind, place type or the language of the text; `correct` is the author's.
    "amend": None,
    "join": None,
    "split": None,
    "name_place": None,
    "merge": None,
    "unmerge": None,
    # The city's answer at a place, in the language that the details name.
    "reply": None,
    "take_reply_back": None,
    "redact": None,
    # Two accounts: one asks, another one does it. Without an account the time of the original was over.
    "ask_restore": None,
    "restore": None,
    "ask_drop_original": None,
    "drop_original": None,
    "correct": None,
    "withdraw": "withdrawn",
    "erase": "erased",
}
ACTIONS = tuple(LEADS_TO)
# The author may object for this long; so long is kept what a redaction has hidden.
APPEAL_TIME = timedelta(days=183)
DETAILS_MAX = 120
REASON_CODES = (
    "off_topic",
    "not_public_space",
    "outside_city",
    "duplicate",
    "personal_data",
    "people_in_photo",
    "insult_hate",
    "illegal",
    "advertising_spam",
    "unclear",
    "copyright",
    "authority_order",
)
# Why parts of an entry are hidden; the first is meant where nobody says another.
HIDING_REASONS = (
    "personal_data",
    "people_in_photo",
    "insult_hate",
    "illegal",
    "advertising_spam",
    "copyright",
    "authority_order",
)
_STEPS = tuple(f"{before} {after}" for before, after in STEPS)
_LEADING = " ".join(f"when '{action}' then '{state}'" for action, state in LEADS_TO.items() if state)


class Decision(Base):
    """One step in the life of a submission. Without an account it was the author's own, by the receipt link, or time's.

    What is decided about a place as a whole stands at one of its submissions, with the place before and after.
    `details` are codes such as the names of the columns that were changed, joined by `|`; never what stands in them.
    The two places are where the submission belonged before and after; they may be gone by now.

    The decisions of a city are a chain: each holds the `hash` of the one before it and one over its own columns,
    which hold nothing of what residents wrote. What must be forgotten some day has no place in this table.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint(f"action in {ACTIONS}", "action_known"),
        CheckConstraint(f"reason_code in {REASON_CODES}", "reason_known"),
        CheckConstraint("action not in ('reject', 'remove') or reason_code is not null", "refusal_has_reason"),
        CheckConstraint(f"(from_status || ' ' || to_status) in {_STEPS}", "step_in_diagram"),
        CheckConstraint(f"to_status = case action {_LEADING} else from_status end", "action_leads_there"),
        # A chain never forks: only one decision follows another.
        UniqueConstraint("city_id", "previous_hash"),
        Index(None, "city_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    reason_code: Mapped[str | None] = mapped_column(String(30))
    details: Mapped[str | None] = mapped_column(String(DETAILS_MAX))
    from_place_id: Mapped[UUID | None]
    to_place_id: Mapped[UUID | None]
    from_status: Mapped[str] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    submission_version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    submission: Mapped[Submission] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def codes(self) -> tuple[str, ...]:
        """The details one by one."""
        return tuple(self.details.split("|")) if self.details else ()


class DecisionKey(Base):
    """By what a repeated form is known; apart from the decision, because it is forgotten after a day."""

    __tablename__ = "decision_keys"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    decision: Mapped[Decision] = relationship()


# A migration that makes the table anew on SQLite has to make these anew as well.
_REFUSE = "BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END"
_IN_THE_WAY = (
    "EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id"
    " OR (city_id = NEW.city_id AND previous_hash = NEW.previous_hash))"
)
_RAISE = "BEGIN RAISE restrict_violation USING MESSAGE = ''decisions are only added''; END"
_CALL = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_decisions()"
_ONLY_ADDED = {
    "sqlite": (
        f"CREATE TRIGGER decisions_refuse_update BEFORE UPDATE ON decisions {_REFUSE}",
        f"CREATE TRIGGER decisions_refuse_delete BEFORE DELETE ON decisions {_REFUSE}",
        # INSERT OR REPLACE deletes what is in its way without asking the trigger above.
        f"CREATE TRIGGER decisions_refuse_replace BEFORE INSERT ON decisions WHEN {_IN_THE_WAY} {_REFUSE}",
    ),
    "postgresql": (
        f"CREATE FUNCTION refuse_changed_decisions() RETURNS trigger LANGUAGE plpgsql AS '{_RAISE}'",
        f"CREATE TRIGGER decisions_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions {_CALL}",
    ),
}
for _dialect, _statements in _ONLY_ADDED.items():
    for _statement in _statements:
        event.listen(Decision.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))
