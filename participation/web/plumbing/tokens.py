"""Values that go to a browser and come back: signed for one purpose, so that nobody can make or change them."""

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from participation.settings import Settings


def sign(purpose: str, value: str) -> str:
    """A token that carries a value for one purpose."""
    return _serializer(purpose).dumps(value)


def read(purpose: str, token: str, *, seconds: int) -> str | None:
    """The value of a token of this purpose that is not older than that; None for anything else."""
    try:
        value = _serializer(purpose).loads(token, max_age=seconds)
    except BadData:
        return None
    return value if isinstance(value, str) else None


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    settings: Settings = current_app.extensions["participation_settings"]
    return URLSafeTimedSerializer(settings.secret_key, salt=f"participation:{purpose}")
