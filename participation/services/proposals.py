"""Proposals: many rejections at once happen only when a second person of the city confirms them."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.cities import City, District
from participation.models.decisions import Decision
from participation.models.proposals import Proposal, ProposalPart
from participation.models.submissions import Submission
from participation.services import claims, decision_sentences, decisions, roles
from participation.services.decisions import Seen


def make(
    session: Session,
    *,
    account: Account,
    city: City,
    versions: Mapping[UUID, int],
    reason_code: str,
    key: str,
    now: datetime,
    sentence: str = "",
    lang: str = "",
) -> Proposal:
    """Propose to reject these entries of a city in the versions that were seen; a repeated form makes one proposal.

    `sentence` is for the authors, in the language `lang`.
    Raises NotFound for what is not of the city, and Conflict where all of it has been decided on.
    """
    if not roles.may_in(account, "decide", city):
        raise NotAllowed("not_your_city")
    hashed = hashlib.sha256(f"proposal:{account.id}:{key}".encode()).hexdigest() if key else None
    known = session.scalar(select(Proposal).where(Proposal.idempotency_hash == hashed)) if hashed else None
    if known:
        return known
    waiting = _still_waiting(session, city, versions)
    proposal = Proposal(
        city_id=city.id,
        account_id=account.id,
        reason_code=reason_code,
        sentence=sentence or None,
        sentence_lang=lang if sentence else None,
        status="waiting",
        created_at=now,
        idempotency_hash=hashed,
        parts=[ProposalPart(submission_id=one, version=versions[one]) for one in waiting],
    )
    session.add(proposal)
    session.flush()
    claims.release(session, submission_ids=waiting)
    return proposal


def one(session: Session, *, account: Account, proposal_id: UUID) -> Proposal:
    """A proposal of a city in which the account may decide, with its entries; NotFound for all others."""
    entries = selectinload(Proposal.parts).joinedload(ProposalPart.submission)
    shown = (
        entries.joinedload(Submission.campaign),
        entries.joinedload(Submission.photo),
        entries.joinedload(Submission.district).load_only(District.name),
    )
    proposal = session.get(Proposal, proposal_id, options=shown)
    if proposal is None or not roles.may_in(account, "decide", proposal.city):
        raise NotFound("proposal_unknown")
    return proposal


def waiting(session: Session, *, account: Account, city: City) -> Sequence[tuple[Proposal, int]]:
    """The proposals of a city that nobody has confirmed or dropped, oldest first, with how many entries they have."""
    if not roles.may_in(account, "decide", city):
        raise NotFound("city_unknown", slug=city.slug)
    number = select(func.count()).where(ProposalPart.proposal_id == Proposal.id).scalar_subquery()
    query = select(Proposal, number).where(Proposal.city_id == city.id, Proposal.status == "waiting")
    rows = session.execute(query.options(joinedload(Proposal.account)).order_by(Proposal.id))
    return [(proposal, n) for proposal, n in rows]


def confirm(session: Session, *, account: Account, proposal: Proposal, now: datetime) -> list[Decision]:
    """Reject what was proposed by somebody else, as far as it still is as they saw it; returns the decisions.

    Raises NotAllowed for whoever proposed it, and Conflict where it is over.
    """
    if not roles.may_in(account, "decide", proposal.city) or account.id == proposal.account_id:
        raise NotAllowed("needs_another_person")
    sentence, lang = proposal.sentence or "", proposal.sentence_lang or ""
    _end(session, account, proposal, "confirmed", now)
    # Whoever proposed it may have one of them open again.
    entries = [part.submission_id for part in proposal.parts]
    claims.release(session, submission_ids=entries, account_id=proposal.account_id)
    made = []
    for part in proposal.parts:
        try:
            with session.begin_nested():
                decision = decisions.reject(
                    session,
                    account=account,
                    submission=part.submission,
                    seen=Seen(part.version),
                    reason_code=proposal.reason_code,
                    now=now,
                    proposed=True,
                )
                decision_sentences.say(session, decision=decision, text=sentence, lang=lang)
            made.append(decision)
        except (Conflict, FormInvalid):
            # Somebody has it open or has decided on it, or its author has changed it: it stays as it is.
            continue
    return made


def drop(session: Session, *, account: Account, proposal: Proposal, now: datetime) -> None:
    """Give a proposal up, one's own too: its entries stay in the queue. Raises Conflict where it is over."""
    if not roles.may_in(account, "decide", proposal.city):
        raise NotAllowed("not_your_city")
    _end(session, account, proposal, "dropped", now)


def _end(session: Session, account: Account, proposal: Proposal, status: str, now: datetime) -> None:
    # Whoever comes at the same moment waits here, and finds it over.
    before = session.scalar(select(Proposal.status).where(Proposal.id == proposal.id).with_for_update())
    if before != "waiting":
        raise Conflict("proposal_over")
    proposal.status, proposal.ended_by_id, proposal.ended_at = status, account.id, now
    # From now on it stands with the decisions, from where it goes when its author erases an entry.
    proposal.sentence = proposal.sentence_lang = None
    session.flush()


def _still_waiting(session: Session, city: City, versions: Mapping[UUID, int]) -> list[UUID]:
    """Those that still are as they were seen, in order."""
    columns = Submission.id, Submission.status, Submission.version
    rows = session.execute(select(*columns).where(Submission.id.in_(versions), Submission.city_id == city.id)).all()
    if len(rows) < len(versions):
        raise NotFound("submission_unknown")
    found = [row.id for row in rows if row.status == "pending" and row.version == versions[row.id]]
    if not found:
        raise Conflict("already_decided")
    return sorted(found)
