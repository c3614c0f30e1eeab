"""Proofs of work: a small sum that a browser does before it sends, so that machines become slow; no puzzle."""

import binascii
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
import orjson
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, Problem
from participation.models.limits import UsedProof

LIVES = timedelta(minutes=30)
TEXTS = ("algorithm", "challenge", "salt", "signature")
LONGEST = 2000
BATCH = 500


def challenge(*, secret: str, work: int, now: datetime) -> dict[str, Any]:
    """A new challenge; `work` is how many hashes a browser needs at most, half of them on average."""
    options = altcha.ChallengeOptionsV1(hmac_key=_key(secret), max_number=work, expires=now + LIVES)
    made = altcha.create_challenge_v1(options)
    return {**made.to_dict(), "maxnumber": made.max_number}


def solved(proof: str, *, secret: str, now: datetime) -> str:
    """The challenge that a proof solves; raises FormInvalid for one that is wrong or too old."""
    payload = _payload(proof)
    right, _ = altcha.verify_solution_v1(payload, _key(secret), check_expires=False)  # type: ignore[call-overload]
    if not right:
        raise _refusal("proof_wrong")
    if _ends(payload) < now:
        raise _refusal("proof_old")
    return str(payload["challenge"])


def use(session: Session, *, challenge: str, now: datetime) -> None:
    """Let a challenge count once; raises FormInvalid at the second time."""
    try:
        with session.begin_nested():
            # No proof of this challenge is accepted after that anyway.
            session.add(UsedProof(challenge=challenge, ends_at=now + LIVES))
    except IntegrityError:
        raise _refusal("proof_used") from None


def forget(session: Session, *, now: datetime) -> int:
    """Forget used proofs that are too old to be accepted again; at most BATCH, returns how many."""
    old = session.scalars(select(UsedProof.challenge).where(UsedProof.ends_at < now).limit(BATCH)).all()
    if old:
        session.execute(delete(UsedProof).where(UsedProof.challenge.in_(old)))
    return len(old)


def _payload(proof: str) -> dict[str, Any]:
    """The five parts of a proof, each of its own type; whoever forges one may send anything."""
    try:
        read = orjson.loads(_decoded(proof))
    except ValueError:
        raise _refusal("proof_wrong") from None
    whole = isinstance(read, Mapping) and all(isinstance(read.get(name), str) for name in TEXTS)
    if not whole or type(read.get("number")) is not int:
        raise _refusal("proof_wrong")
    return {name: read[name] for name in (*TEXTS, "number")}


def _decoded(proof: str) -> bytes:
    if len(proof) > LONGEST:
        raise ValueError
    return binascii.a2b_base64(proof, strict_mode=True)


def _ends(payload: Any) -> datetime:
    # The salt is a part of what was signed.
    return datetime.fromtimestamp(int(altcha.extract_params_v1(payload)["expires"][0]), UTC)


def _key(secret: str) -> str:
    return hmac.digest(secret.encode(), b"proof of work", "sha256").hex()


def _refusal(code: str) -> FormInvalid:
    return FormInvalid({"proof": Problem(code)})
