"""API clients: made and revoked at the terminal, known by the fingerprint of their key."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from participation.errors import Invalid, NotAllowed, NotFound
from participation.models.api_clients import NAME_MAX, ApiClient
from participation.models.cities import City
from participation.text import clean_text, fingerprint


@dataclass(frozen=True)
class Made:
    """A new client and its key, which is told once and kept nowhere."""

    client: ApiClient
    key: str


def create(session: Session, *, city: City, name: str, now: datetime) -> Made:
    """A client that may send entries to the city; raises Invalid for a name that says nothing or too much."""
    name = " ".join(clean_text(name).split())
    if not 1 <= len(name) <= NAME_MAX:
        raise Invalid("name_length", max=NAME_MAX)
    key = secrets.token_urlsafe(32)
    client = ApiClient(city=city, name=name, key_hash=fingerprint(key), created_at=now)
    session.add(client)
    session.flush()
    return Made(client, key)


def every(session: Session) -> Sequence[ApiClient]:
    """All clients, revoked ones too, in the order in which they were made."""
    return session.scalars(select(ApiClient).options(joinedload(ApiClient.city)).order_by(ApiClient.id)).all()


def revoke(session: Session, *, client_id: int, now: datetime) -> ApiClient:
    """The key of a client counts no longer; twice is once. Raises NotFound."""
    client = session.get(ApiClient, client_id)
    if client is None:
        raise NotFound("api_client_unknown", id=client_id)
    client.revoked_at = client.revoked_at or now
    session.flush()
    return client


def by_key(session: Session, *, city: City, key: str) -> ApiClient:
    """The client of a key that counts in this city; raises NotAllowed for every other key."""
    known = ApiClient.key_hash == fingerprint(key), ApiClient.city_id == city.id, ApiClient.revoked_at.is_(None)
    client = session.scalar(select(ApiClient).where(*known)) if key else None
    if client is None:
        raise NotAllowed("api_key_unknown")
    return client
