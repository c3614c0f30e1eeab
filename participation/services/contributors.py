"""Contributors: found or made by the random key of a browser."""

import hashlib

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.contributors import Contributor


def by_key(session: Session, *, campaign: Campaign, key: str) -> Contributor:
    """The contributor of a browser's key in a campaign, made at the first time."""
    key_hash = hashlib.sha256(key.encode()).hexdigest()
    query = select(Contributor).where(Contributor.campaign_id == campaign.id, Contributor.key_hash == key_hash)
    found = session.scalar(query)
    if found:
        return found
    try:
        with session.begin_nested():
            made = Contributor(campaign_id=campaign.id, key_hash=key_hash)
            session.add(made)
    except IntegrityError:
        # Another request of the same browser was faster.
        return session.scalars(query).one()
    return made
