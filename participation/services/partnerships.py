"""Partnerships: looked up, who is whose partner, and loaded from the files in which they describe themselves."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import Conflict, NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.partnerships import Membership, Partnership
from participation.models.submissions import Submission
from participation.services import cities, partnership_files
from participation.services.partnership_files import CampaignEntry, PartnershipFile


def every(session: Session) -> Sequence[Partnership]:
    """All partnerships by slug."""
    return session.scalars(select(Partnership).order_by(Partnership.slug)).all()


def by_slug(session: Session, *, slug: str) -> Partnership:
    """The partnership with this slug; raises NotFound."""
    partnership = session.scalar(select(Partnership).where(Partnership.slug == slug))
    if partnership is None:
        raise NotFound("partnership_unknown", slug=slug)
    return partnership


def partners(session: Session, *, city: City) -> list[City]:
    """The cities that share a partnership with this one."""
    own = select(Membership.partnership_id).where(Membership.city_id == city.id)
    sharing = select(Membership.city_id).where(Membership.partnership_id.in_(own))
    return list(session.scalars(select(City).where(City.id.in_(sharing), City.id != city.id).order_by(City.id)))


def load(session: Session, *, file: Path) -> Partnership:
    """Make a partnership from its TOML file, or bring the one with its slug up to date; see `store`."""
    return store(session, found=partnership_files.read(file))


def store(session: Session, *, found: PartnershipFile) -> Partnership:
    """Make or update a partnership with its campaigns.

    Raises NotFound for an unknown city, and Conflict where a city or campaign would vanish, or a campaign would change
    its questionnaire, although there are submissions.
    """
    members = [cities.by_slug(session, slug=slug) for slug in found.cities]
    partnership = session.scalar(select(Partnership).where(Partnership.slug == found.slug))
    if partnership is None:
        partnership = Partnership(slug=found.slug)
    partnership.name = found.name
    session.add(partnership)
    _set_members(session, partnership, members)
    _set_campaigns(session, partnership, found.campaigns)
    session.flush()
    session.expire(partnership, ["campaigns"])
    return partnership


def _set_members(session: Session, partnership: Partnership, members: Sequence[City]) -> None:
    present = {membership.city_id: membership for membership in partnership.memberships}
    for leaving in present.keys() - {city.id for city in members}:
        city = present[leaving].city
        _refuse_if_used(session, "city_in_use", partnership, city=city)
    partnership.memberships[:] = [present.get(city.id) or Membership(city=city) for city in members]
    partnership.memberships.reorder()


def _set_campaigns(session: Session, partnership: Partnership, entries: Sequence[CampaignEntry]) -> None:
    present = {campaign.code: campaign for campaign in partnership.campaigns}
    for entry in entries:
        campaign = present.pop(entry.code, None)
        if campaign is None:
            campaign = Campaign(code=entry.code)
            partnership.campaigns.append(campaign)
        elif campaign.questionnaire_version != entry.questionnaire:
            _refuse_if_used(session, "questionnaire_in_use", partnership, campaign=campaign)
        campaign.name, campaign.kinds = entry.name, list(entry.kinds)
        campaign.starts, campaign.ends = entry.starts, entry.ends
        campaign.questionnaire_version = entry.questionnaire
    for gone in present.values():
        _refuse_if_used(session, "campaign_in_use", partnership, campaign=gone)
        partnership.campaigns.remove(gone)


def _refuse_if_used(
    session: Session, code: str, partnership: Partnership, *, city: City | None = None, campaign: Campaign | None = None
) -> None:
    query = select(func.count()).select_from(Submission).join(Campaign).where(Campaign.partnership_id == partnership.id)
    if city:
        query = query.where(Submission.city_id == city.id)
    if campaign:
        query = query.where(Submission.campaign_id == campaign.id)
    with session.no_autoflush:
        used = session.scalar(query)
    if used:
        raise Conflict(
            code, slug=city.slug if city else None, campaign=campaign.code if campaign else None, submissions=used
        )
