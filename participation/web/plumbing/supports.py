"""What pages say about the support of a place, and whether this browser is one of those who gave it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import request

from participation.models.cities import City
from participation.services import campaigns, supports
from participation.web.plumbing import contributors
from participation.web.plumbing.sessions import db


def support_of(city: City, place_id: UUID | None) -> dict[str, Any]:
    """For templates: how many support a place, whether this browser does, wants to, and can now."""
    now = datetime.now(UTC)
    return {
        "supports": supports.number(db, place_id=place_id),
        "supported": place_id in supported(city, [place_id]) if place_id else False,
        "asked": "feel" in request.args,
        "open": supports.open_campaign(db, city=city, now=now) is not None,
    }


def supported(city: City, place_ids: list[UUID]) -> set[UUID]:
    """Which of these places this browser supports, in the campaign that counts now."""
    campaign = campaigns.current(db, city=city, now=datetime.now(UTC))
    key = contributors.known_key(campaign) if campaign else ""
    if campaign is None or not key:
        return set()
    return supports.of_contributor(db, campaign=campaign, contributor_key=key, place_ids=place_ids)
