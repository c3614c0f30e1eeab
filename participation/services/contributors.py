"""Contributors: found or made by the random key of a browser."""

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.contributors import Contributor
from participation.text import fingerprint


def find(session: Session, *, campaign: Campaign, key: str) -> Contributor | None:
    """The contributor of a browser's key in a campaign, where it has taken part."""
    return session.scalar(_query(campaign, fingerprint(key)))


def by_key(session: Session, *, campaign: Campaign, key: str) -> Contributor:
    """The contributor of a browser's key in a campaign, made at the first time."""
    found = find(session, campaign=campaign, key=key)
    if found:
        return found
    try:
        with session.begin_nested():
            made = Contributor(campaign_id=campaign.id, key_hash=fingerprint(key))
            session.add(made)
    except IntegrityError:
        # Another request of the same browser was faster.
        return session.scalars(_query(campaign, fingerprint(key))).one()
    return made


def _query(campaign: Campaign, key_hash: str) -> Select[Contributor]:
    return select(Contributor).where(Contributor.campaign_id == campaign.id, Contributor.key_hash == key_hash)
