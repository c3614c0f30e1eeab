"""Export profiles and the tokens of scripts."""

from datetime import datetime

from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.export_profiles import ExportProfile
from participation.services import export_profiles, export_tokens
from participation.services.export_profiles import Wish
from participation.services.export_tokens import Made
from tests.factories.submissions import NOW

PUBLIC = Wish("submissions.csv", (("kind", "idea"), ("layout", "machine")), internal=False)
INTERNAL = Wish("submissions.csv", (("profile", "internal"),), internal=True)


def make(session: Session, lead: Account, city: City, *, name: str = "nightly", wish: Wish = PUBLIC) -> ExportProfile:
    """A profile of a city, kept by its lead."""
    return export_profiles.keep(session, account=lead, city=city, name=name, wish=wish, now=NOW)


def token(session: Session, lead: Account, profile: ExportProfile, *, days: int = 30, now: datetime = NOW) -> Made:
    """The token of a script."""
    return export_tokens.make(
        session, account=lead, city=profile.city, profile_id=profile.id, note="GIS office", days=days, now=now
    )
