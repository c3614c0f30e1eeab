"""Imports every table, so that the metadata is complete wherever it is needed as a whole."""

from participation.database import Base
from participation.models import (  # noqa: F401
    account_sessions,
    accounts,
    addresses,
    appeals,
    campaigns,
    cities,
    claims,
    contacts,
    contributors,
    decision_sentences,
    decisions,
    followers,
    invitations,
    limits,
    mails,
    notes,
    notices,
    originals,
    partnerships,
    passkeys,
    photos,
    places,
    proposals,
    reply_templates,
    submissions,
    texts,
    tiles,
)

METADATA = Base.metadata
