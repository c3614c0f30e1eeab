"""A city hears of the mails to its own authors and reporters that could not be delivered, of no others."""

from datetime import timedelta

from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.mails import Mail
from participation.models.submissions import Submission
from participation.services import followers, mail_failures, mails, notices
from participation.services.notices import Report
from tests.factories import campaigns, cities, submissions
from tests.factories.submissions import NOW

SECRET = "secret-of-the-installation"


def write(session: Session, body: str, *, given_up: bool = True, hours: int = 0) -> Mail:
    now = NOW + timedelta(hours=hours)
    mail = mails.write(session, recipient="a@b.example", subject="x", body=body, lang="de", now=now)
    mails.failed(session, mail_id=mail.id, error="x", final=given_up, now=now)
    return mail


def follow(session: Session, submission: Submission) -> str:
    asked = followers.ask(session, submission=submission, email="a@b.example", lang="de", secret=SECRET, now=NOW)
    return asked.token


def test_each_city_hears_of_its_own(session: Session, city: City, campaign: Campaign) -> None:
    metz = cities.make(session, "metz")
    own = follow(session, submissions.make(session, city, campaign))
    other = follow(session, submissions.make(session, metz, campaigns.make(session, metz)))
    report = Report(ground="untrue", explanation="It is not so.", good_faith=True, lang="de", email="a@b.example")
    about = submissions.published(session, city, campaign)
    notice = notices.give(session, city=city, about=about, report=report, now=NOW).notice
    assert mail_failures.to_people(session, city=city) == []
    write(session, f"link {own}")
    write(session, f"link {own}", hours=2)
    write(session, f"link {own}", given_up=False)
    write(session, f"link {notice.id}", hours=1)
    write(session, f"link {other}", hours=3)
    write(session, "to somebody of the staff", hours=4)
    assert mail_failures.to_people(session, city=city) == [NOW + timedelta(hours=hours) for hours in (2, 1, 0)]
    assert mail_failures.to_people(session, city=metz) == [NOW + timedelta(hours=3)]
