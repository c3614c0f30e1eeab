"""The queue of a city: what waits, oldest first, page by page."""

from sqlalchemy.orm import Session

from participation.services import queues
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.decisions import act


def test_the_queue_is_the_pending_ones_of_the_city_oldest_first(session: Session) -> None:
    city = cities.make(session)
    campaign, moderator = campaigns.make(session, city), accounts.make(session, city)
    waiting = [submissions.make(session, city, campaign) for _ in range(queues.PAGE + 3)]
    published = waiting.pop(1)
    act(session, moderator, published, "publish")
    submissions.make(session, cities.make(session, "metz"), campaign)
    pages = [queues.queue(session, account=moderator, city=city, page=page) for page in (1, 2, 3)]
    assert [*pages[0].submissions, *pages[1].submissions] == waiting
    assert (pages[0].total, pages[0].pages) == (len(waiting), 2)
    # Behind the last page comes the last page: somebody else may have emptied it.
    assert pages[2] == pages[1]
