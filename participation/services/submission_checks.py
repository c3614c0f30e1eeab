"""What a moderator should look at in a submission, found when it is sent: hints, never a decision."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation import private_details
from participation.models.submissions import Submission

# Nobody reads the questions and answers them within so many seconds.
FAST_SECONDS = 10
# So many entries of one browser within so long are many.
MANY, MANY_WITHIN = 5, timedelta(hours=24)
OF_CONTENT = ("phone", "email", "name", "link", "shouting", "near_home", "outside")


def of_content(submission: Submission) -> set[str]:
    """What its words and its point give away."""
    found: set[str] = set()
    for words in (submission.text, submission.place_name, submission.place_words):
        if words:
            found |= {one.kind for one in private_details.find(words)}
            found |= {"shouting"} if private_details.is_shouting(words) else set()
    if submission.near_home:
        found.add("near_home")
    if _is_outside(submission):
        found.add("outside")
    return found


def of_sending(
    session: Session, *, submission: Submission, seconds: float | None, unproven: bool, now: datetime
) -> tuple[str, ...]:
    """All checks of a submission that is being sent; `seconds` is how long its form was open, as far as known."""
    found = of_content(submission)
    if unproven:
        found.add("no_proof")
    if seconds is not None and seconds < FAST_SECONDS:
        found.add("fast")
    if _others(session, submission, now) + 1 >= MANY:
        found.add("many")
    return tuple(sorted(found))


def anew(submission: Submission) -> tuple[str, ...]:
    """The checks after its content changed; how it was sent stays as it was."""
    return tuple(sorted((set(submission.checks) - {*OF_CONTENT}) | of_content(submission)))


def _is_outside(submission: Submission) -> bool:
    """In no district, where the city has some, or beyond the boundary as it is today."""
    city, point = submission.city, submission.point
    if point is None:
        return False
    return (bool(city.districts) and submission.district is None) or not city.area.contains(point)


def _others(session: Session, submission: Submission, now: datetime) -> int:
    query = select(func.count()).where(
        Submission.contributor_id == submission.contributor_id, Submission.created_at > now - MANY_WITHIN
    )
    return session.scalar(query) or 0
