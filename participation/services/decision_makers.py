"""Who decided on a submission, and so does not decide on the objection to that."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.decisions import Decision
from participation.models.proposals import Proposal, ProposalPart
from participation.models.submissions import Submission


def of(session: Session, *, submission: Submission) -> set[int]:
    """Who brought a submission into the state it is in.

    Of a rejection that one person proposed and another confirmed it is both.
    """
    query = select(Decision).where(
        Decision.submission_id == submission.id,
        Decision.to_status == submission.status,
        Decision.from_status != Decision.to_status,
    )
    last = session.scalar(query.order_by(Decision.id.desc()).limit(1))
    if last is None or last.account_id is None:
        return set()
    # Confirming a proposal and rejecting what is in it happen in the same moment, by the same person.
    proposers = (
        select(Proposal.account_id)
        .join(ProposalPart, ProposalPart.proposal_id == Proposal.id)
        .where(ProposalPart.submission_id == submission.id, Proposal.status == "confirmed")
        .where(Proposal.ended_by_id == last.account_id, Proposal.ended_at == last.at)
    )
    return {last.account_id, *session.scalars(proposers)}
