"""The cookie of a contributor: a random key per browser and campaign, set only when something is sent."""

import secrets

from flask import current_app, request
from werkzeug.wrappers import Response

from participation.models.campaigns import Campaign
from participation.settings import Settings

COOKIE_DAYS = 400
KEY_MAX = 100


def contributor_key(campaign: Campaign) -> str:
    """The key of this browser in a campaign; a new one where it has none yet."""
    return known_key(campaign) or secrets.token_urlsafe(24)


def known_key(campaign: Campaign) -> str:
    """The key that this browser has for a campaign; empty where it has sent nothing yet."""
    return request.cookies.get(_cookie(campaign), "")[:KEY_MAX]


def remember(response: Response, campaign: Campaign, key: str) -> None:
    """Keep the key in the browser, out of reach of scripts."""
    settings: Settings = current_app.extensions["participation_settings"]
    response.set_cookie(
        _cookie(campaign),
        key,
        max_age=COOKIE_DAYS * 24 * 3600,
        secure=settings.https,
        httponly=True,
        samesite="Lax",
    )


def _cookie(campaign: Campaign) -> str:
    return f"contributor-{campaign.id}"
