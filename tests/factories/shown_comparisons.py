"""Comparisons for pages that need one: Worms and Metz with voices and a note, and a partnership of six cities."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from participation.geo import Point
from participation.services import campaigns as service
from participation.services import cities as city_service
from participation.services import comparison_notes
from participation.services.comparison_notes import About
from tests.factories import (
    campaigns,
    cities,
    comparison_results,
    comparison_results_of_many,
    comparisons,
    partnerships,
    submissions,
)

# Cities of a partnership like INTERLACE. Their slugs begin as those of the tests of basemaps, whose pages others skip.
SIX = {
    "ground-granollers": ("Granollers", Point(41.608, 2.287)),
    "ground-chemnitz": ("Chemnitz", Point(50.833, 12.921)),
    "ground-krakow": ("Metropolia Krakowska", Point(50.062, 19.938)),
    "ground-envigado": ("Envigado", Point(6.171, -75.587)),
    "ground-portoviejo": ("Portoviejo", Point(-1.055, -80.455)),
    "ground-cbima": ("Corredor Biológico Interurbano María Aguilar", Point(9.933, -84.05)),
}
# For so long the worker, which other tests set to work, does not compute anything in place of these.
FRESH = timedelta(days=1)
NOTE = "Auf dem nächsten Treffen über die Plätze sprechen: In Metz sind fünf davon gerade eine Baustelle."


def make(session: Session, *, voices: tuple[UUID, UUID]) -> None:
    """All of it in one go; `voices` are published texts of Worms."""
    now = datetime.now(UTC)
    campaign = service.current(session, city=city_service.by_slug(session, slug="worms"), now=now)
    assert campaign is not None
    theme = comparison_results.theme([str(one) for one in voices], [])
    stored = comparisons.store(session, campaign, comparison_results.make(voices=(theme,)), now + FRESH)
    comparison_notes.write(
        session,
        account=submissions.operator(session),
        campaign=campaign,
        about=About("heat_island-place_type", "older", stored.computed_at),
        text=NOTE,
        lang="de",
        public=True,
        now=now,
    )
    _six(session, now)


def _six(session: Session, now: datetime) -> None:
    made = [
        cities.make(session, slug, centre=centre, name=dict.fromkeys(("de", "fr", "es", "en"), name))
        for slug, (name, centre) in SIX.items()
    ]
    partnership = partnerships.make(session, *made, slug="six-cities", name={"en": "Six cities"})
    campaign = campaigns.make(session, partnership=partnership, starts=date(2020, 6, 1), ends=date(2020, 9, 30))
    middles = {slug: centre for slug, (_, centre) in SIX.items()}
    comparisons.store(session, campaign, comparison_results_of_many.make(middles), now + FRESH)
