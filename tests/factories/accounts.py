"""Staff of a city, of a partnership or of the platform."""

from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.services import accounts

PASSWORD = "correct horse battery staple"
# What argon2 may cost where nobody attacks.
QUICK = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
_numbers = count(1)


def make(session: Session, scope: City | Partnership | None = None, **changed: Any) -> Account:
    """An account with PASSWORD: a moderator of the city, a facilitator of the partnership, or an operator."""
    role = "moderator" if isinstance(scope, City) else "facilitator" if scope else "operator"
    values = {
        "email": f"staff-{next(_numbers)}@city.example",
        "password_hash": _hashed(PASSWORD),
        "role": role,
        "now": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return accounts.create(session, scope=scope, **(values | changed))


@cache
def _hashed(password: str) -> str:
    return PasswordHasher(**QUICK).hash(password)
