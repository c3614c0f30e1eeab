"""What a submission passes besides its answers: the proof of work, what feedback is about, and the photo."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound, Problem
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.pictures import Picture
from participation.services import photos, places, proofs


@dataclass(frozen=True)
class Gate:
    """How an installation takes entries: where photos go, whether a browser has to show a proof of work, and from which
    of SOURCES they come.
    """

    photos: Path
    asks_for_proof: bool
    source: str = "web"


# Where nothing is asked for and no photo comes along.
OPEN = Gate(photos=Path("photos"), asks_for_proof=False)


def solved(gate: Gate, proof: str, *, secret: str, now: datetime) -> str:
    """The challenge that was solved; empty without a proof. Raises FormInvalid for a wrong one."""
    return proofs.solved(proof, secret=secret, now=now) if proof and gate.asks_for_proof else ""


def unproven(gate: Gate, challenge: str) -> bool:
    """Whether it came without the proof of work that is asked for."""
    return gate.asks_for_proof and not challenge


def about_place(session: Session, *, city: City, place_id: str) -> Place | None:
    """The public place that feedback is about; raises FormInvalid for any other."""
    try:
        return places.public(session, city=city, place_id=UUID(place_id)) if place_id else None
    except (ValueError, NotFound):
        raise FormInvalid({"about_place": Problem("about_unknown")}) from None


def about_submission(session: Session, *, city: City, submission_id: str) -> Submission | None:
    """The published submission that feedback is about; raises FormInvalid for any other."""
    if not submission_id:
        return None
    try:
        other = session.get(Submission, UUID(submission_id))
    except ValueError:
        other = None
    if other is None or other.city_id != city.id or other.status != "published":
        raise FormInvalid({"about_submission": Problem("about_unknown")})
    return other


def take(
    session: Session,
    *,
    gate: Gate,
    submission: Submission,
    challenge: str,
    photo: Picture | UUID | None,
    now: datetime,
) -> None:
    """Use up the proof, say where it came from, and give the submission its photo.

    Raises FormInvalid where proof or photo is gone.
    """
    submission.source = gate.source
    if challenge:
        proofs.use(session, challenge=challenge, now=now)
    photos.give(session, folder=gate.photos, photo=photo, submission=submission, now=now)
