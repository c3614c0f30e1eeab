"""Imports every table, so that the metadata is complete wherever it is needed as a whole."""

from participation.database import Base
from participation.models import (  # noqa: F401
    account_sessions,
    accounts,
    addresses,
    campaigns,
    cities,
    contributors,
    decisions,
    followers,
    invitations,
    limits,
    mails,
    notices,
    partnerships,
    passkeys,
    photos,
    places,
    submissions,
    texts,
    tiles,
)

METADATA = Base.metadata
