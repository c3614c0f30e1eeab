"""Invitations that wait to be accepted."""

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.services import invitations
from participation.services.invitations import Sent
from tests.factories.submissions import NOW

_numbers = count(1)


def make(session: Session, inviter: Account, **changed: Any) -> Sent:
    """A new operator, or a moderator of the inviter's city, is invited."""
    values: dict[str, Any] = {
        "email": f"invited-{next(_numbers)}@city.example",
        "role": "moderator" if inviter.city else "operator",
        "scope": inviter.city,
        "lang": "de",
        "now": NOW,
    }
    return invitations.invite(session, account=inviter, **(values | changed))
