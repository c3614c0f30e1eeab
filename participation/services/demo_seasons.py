"""The two summers of the demonstration: this year's campaign, still open, and last year's, closed."""

from dataclasses import dataclass
from datetime import date, timedelta

from participation.questionnaire import KINDS
from participation.services.partnership_files import CampaignEntry

QUESTIONNAIRE = "heat-1"
SUMMER_BEGINS = (5, 1)
# So that there are some days for the samples to come from, even when the demo is set up in the first days of summer.
DAYS_BEFORE_TODAY = 21
DAYS_OPEN = 365
SUMMER = {"de": "Sommer", "fr": "Été", "es": "Verano de", "en": "Summer"}
MONTHS = {
    "de": "Juni bis September",
    "fr": "De juin à septembre",
    "es": "De junio a septiembre de",
    "en": "June to September",
}


@dataclass(frozen=True)
class Season:
    """A summer: first and last day of its campaign, and the last day from which there are samples."""

    year: int
    starts: date
    ends: date
    last_sample: date

    @property
    def code(self) -> str:
        """The code of its campaign."""
        return f"summer-{self.year}"

    def campaign(self, *, across_equator: bool) -> CampaignEntry:
        """Its campaign; called by its months where cities lie on both sides of the equator: not all have summer."""
        names = MONTHS if across_equator else SUMMER
        return CampaignEntry(
            code=self.code,
            name={language: f"{name} {self.year}" for language, name in names.items()},
            starts=self.starts,
            ends=self.ends,
            kinds=KINDS,
            questionnaire=QUESTIONNAIRE,
        )


def current(today: date) -> Season:
    """The summer of this year, before May that of last year; open for another year, so that it can always be tried."""
    year = today.year if today >= date(today.year, *SUMMER_BEGINS) else today.year - 1
    return Season(
        year=year,
        starts=min(date(year, 6, 1), today - timedelta(days=DAYS_BEFORE_TODAY)),
        ends=today + timedelta(days=DAYS_OPEN),
        last_sample=min(date(year, 9, 30), today - timedelta(days=1)),
    )


def previous(season: Season) -> Season:
    """The summer before, which is over."""
    year = season.year - 1
    return Season(year=year, starts=date(year, 6, 1), ends=date(year, 9, 30), last_sample=date(year, 9, 26))
