"""Imports every table, so that the metadata is complete wherever it is needed as a whole."""

from participation.database import Base
from participation.models import (  # noqa: F401
    accounts,
    addresses,
    campaigns,
    cities,
    contributors,
    decisions,
    followers,
    limits,
    mails,
    notices,
    partnerships,
    photos,
    places,
    submissions,
    texts,
    tiles,
)

METADATA = Base.metadata
