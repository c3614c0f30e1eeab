"""What could not be delivered to the authors and reporters of a city: how much and when, never to whom."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.followers import Follower
from participation.models.mails import Mail
from participation.models.notices import Notice
from participation.models.submissions import Submission
from participation.services import followers


def to_people(session: Session, *, city: City) -> Sequence[datetime]:
    """When the mails about entries and reports of a city were given up, the newest first, as long as they are kept.

    An address may be known in several cities: a mail belongs to the one whose entry or report its link leads to.
    """
    news = (
        select(Mail, Follower.id)
        .join(Follower, Follower.email == Mail.recipient)
        .join(Submission, Submission.id == Follower.submission_id)
        .where(Mail.given_up_at.is_not(None), Submission.city_id == city.id)
    )
    answers = (
        select(Mail, Notice.id)
        .join(Notice, Notice.email == Mail.recipient)
        .where(Mail.given_up_at.is_not(None), Notice.city_id == city.id)
    )
    found: dict[object, datetime] = {}
    for query, mark in ((news, followers.mark), (answers, str)):
        for mail, about in session.execute(query):
            if mail.given_up_at and mark(about) in mail.body:
                found[mail.id] = mail.given_up_at
    return sorted(found.values(), reverse=True)
