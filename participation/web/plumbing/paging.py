"""The page of a list that an address asks for."""

from flask import request

# Nobody turns so many, and no database is asked for a number that it cannot hold.
MOST = 100_000


def asked_page() -> int:
    """The number in `?page=`, from 1 on; 1 for what is no number."""
    return max(1, min(request.args.get("page", 1, type=int), MOST))
