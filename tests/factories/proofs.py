"""Proofs of work, done by the server's half of the library."""

import base64
import json
from datetime import datetime
from typing import Any

import altcha

from participation.services import proofs

WORK = 50


def solve(challenge: dict[str, Any], **forged: Any) -> str:
    """What a browser sends for a challenge, with some parts forged."""
    found = altcha.solve_challenge_v1(
        challenge["challenge"], challenge["salt"], challenge["algorithm"], challenge["maxnumber"]
    )
    assert found
    parts = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return packed({**parts, "number": found.number, "took": 12, **forged})


def packed(payload: Any) -> str:
    """Any value as a form carries it."""
    return base64.b64encode(json.dumps(payload).encode()).decode()


def make(secret: str, now: datetime, **forged: Any) -> str:
    """A solved challenge of this moment."""
    return solve(proofs.challenge(secret=secret, work=WORK, now=now), **forged)
