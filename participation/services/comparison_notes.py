"""Notes on figures of the comparison: the teams of the cities and their facilitators write them for each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from participation.errors import FormInvalid, NotAllowed, NotFound, Problem
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.comparison_notes import TEXT_MAX, ComparisonNote
from participation.models.partnerships import Partnership
from participation.services import roles
from participation.text import clean_text


@dataclass(frozen=True)
class About:
    """Which figure of which result a note speaks of."""

    figure: str
    result_version: str
    result_at: datetime


def may_write(account: Account | None, partnership: Partnership) -> bool:
    """Whether this is somebody of the teams: of one of its cities, its facilitator, or the operator."""
    if account is None:
        return False
    if roles.may_in(account, "note_comparison", partnership):
        return True
    return any(roles.may_in(account, "note_comparison", city) for city in partnership.cities)


def check(account: Account, partnership: Partnership) -> None:
    """Raises NotFound for everybody who is not of the teams."""
    if not may_write(account, partnership):
        raise NotFound("partnership_unknown", slug=partnership.slug)


def write(
    session: Session,
    *,
    account: Account,
    campaign: Campaign,
    about: About,
    text: str,
    lang: str,
    public: bool,
    now: datetime,
) -> ComparisonNote:
    """Leave a note on a figure; raises NotFound as `check`, and FormInvalid for an empty or too long text."""
    check(account, campaign.partnership)
    text = clean_text(text)
    if not text:
        raise FormInvalid({"text": Problem("text_empty")})
    if len(text) > TEXT_MAX:
        raise FormInvalid({"text": Problem("too_long", {"max": TEXT_MAX, "length": len(text)})})
    note = ComparisonNote(
        partnership_id=campaign.partnership_id,
        campaign_id=campaign.id,
        city_id=account.city_id,
        author_id=account.id,
        figure=about.figure,
        result_version=about.result_version,
        result_at=about.result_at,
        text=text,
        lang=lang,
        public=public,
        created_at=now,
    )
    session.add(note)
    session.flush()
    return note


def listing(session: Session, *, campaign: Campaign, reader: Account | None) -> Sequence[ComparisonNote]:
    """The notes on the comparison of a campaign, oldest first: all for the teams, the public ones for others."""
    query = select(ComparisonNote).where(
        ComparisonNote.partnership_id == campaign.partnership_id, ComparisonNote.campaign_id == campaign.id
    )
    if not may_write(reader, campaign.partnership):
        query = query.where(ComparisonNote.public)
    query = query.options(joinedload(ComparisonNote.author), joinedload(ComparisonNote.city))
    return session.scalars(query.order_by(ComparisonNote.id)).all()


def remove(session: Session, *, account: Account, note_id: UUID) -> Campaign:
    """Take a note away and give its campaign.

    NotFound for who is not of the teams, NotAllowed for who has not written it and is not the operator.
    """
    note = session.get(ComparisonNote, note_id)
    if note is None or not may_write(account, note.partnership):
        raise NotFound("note_unknown")
    if note.author_id != account.id and account.role != "operator":
        raise NotAllowed("note_of_somebody_else")
    campaign = note.campaign
    session.delete(note)
    session.flush()
    return campaign
