"""The query string that the map, the list and the downloads share, read into one filter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import floor, log2
from typing import Any, Self

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from participation.errors import Invalid
from participation.models.campaigns import Campaign
from participation.models.cities import City, District, Landmark
from participation.questionnaire import KINDS, Questionnaire, load, versions
from participation.services import campaigns as rounds
from participation.services import locations
from participation.services.filters import Filter
from participation.services.submission_lists import SORTS
from participation.services.tile_facets import Facets
from participation.text import fold

ALL = "all"
Args = MultiDict[str, str]


@dataclass(frozen=True)
class Named:
    """A code and how it is called."""

    code: str
    name: str


@dataclass(frozen=True)
class Offered:
    """What can be chosen and how many entries each choice would leave, by code, with the other filters applied.

    What is offered beside the kinds has its names here, in the order of a list; the kinds are among the figures.
    """

    figures: Facets
    campaigns: Mapping[str, int]
    place_types: Mapping[str, int]
    districts: Mapping[str, int]
    named_place_types: Sequence[Named]
    named_districts: Sequence[Named]


@dataclass(frozen=True)
class Chosen:
    """A filter and what it speaks of: the campaign, where None means all, and the districts.

    `landmark` is where the list measures distances from, and `embed` says that another site shows the page inside of
    its own.
    """

    filter: Filter
    campaign: Campaign | None
    districts: Sequence[District] = field(default_factory=list)
    sort: str = SORTS[0]
    landmark: Landmark | None = None
    embed: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are shown."""
        return self.filter.kinds

    @property
    def place_types(self) -> tuple[str, ...]:
        """The codes of the chosen place types; none means all."""
        return self.filter.place_types

    @property
    def district_codes(self) -> tuple[str, ...]:
        """The codes of the chosen districts; none means all."""
        return tuple(district.code for district in self.districts)

    @property
    def narrowed(self) -> bool:
        """Whether anything is chosen that "show everything" would take back."""
        return set(self.kinds) != set(KINDS) or bool(self.place_types or self.districts)

    @property
    def view(self) -> str:
        """The view of the map in which the box fits on a phone, as zoom/latitude/longitude; empty without a box."""
        if not self.filter.box:
            return ""
        west, south, east, north = self.filter.box
        # A phone is one and a half tiles wide; a link may ask for the zooms 9 to 19.
        zoom = min(19, max(9, floor(log2(1.5 * 360 / max(east - west, 1e-6)))))
        return f"{zoom}/{(south + north) / 2:.5f}/{(west + east) / 2:.5f}"

    def whole_city(self) -> Self:
        """The same without the box: the map shows the whole city and is moved by hand."""
        return replace(self, filter=replace(self.filter, box=None))

    def query(self, **changed: Any) -> dict[str, Any]:
        """The query string that makes this filter, with some parts changed."""
        parts = {
            "kind": list(self.kinds) if set(self.kinds) != set(KINDS) else None,
            "campaign": self.campaign.code if self.campaign else ALL,
            "place_type": list(self.place_types),
            "district": list(self.district_codes),
            "bbox": ",".join(f"{edge:.6f}" for edge in self.filter.box) if self.filter.box else None,
            "sort": self.sort if self.sort != SORTS[0] else None,
            "from": self.landmark.code if self.landmark else None,
            "embed": "1" if self.embed else None,
        }
        return {name: value for name, value in {**parts, **changed}.items() if value}

    def pairs(self, *left_out: str) -> list[tuple[str, str]]:
        """The query string in pairs without some names, for the hidden fields of a form."""
        return [
            (name, one)
            for name, value in self.query(**dict.fromkeys(left_out)).items()
            for one in (value if isinstance(value, list) else [value])
        ]


def read(args: Args, session: Session, city: City, now: datetime) -> Chosen:
    """The filter in a query string, for people: without `campaign` the current one. Raises Invalid or NotFound."""
    if not args.get("campaign", ""):
        campaign = rounds.current(session, city=city, now=now)
    else:
        campaign = _campaign(args, session, city)
    districts = _districts(args, session, city)
    return Chosen(
        _filter(args, campaign, districts, box=_box(args.get("bbox", ""))),
        campaign,
        districts,
        sort=_one_of(args, "sort", SORTS),
        landmark=_landmark(args.get("from", ""), city),
        embed=args.get("embed") == "1",
    )


def offered(
    facets: Facets,
    *,
    districts: Sequence[District],
    campaigns: Sequence[Campaign],
    questionnaire: Questionnaire,
    language: str,
) -> Offered:
    """The counts by the codes that stand in addresses, and the names in this language."""
    districts = sorted(districts, key=lambda district: fold(district.name))
    place_types = questionnaire.question("place_type").options
    return Offered(
        figures=facets,
        campaigns={campaign.code: facets.campaigns.get(campaign.id, 0) for campaign in campaigns},
        place_types={option.code: facets.place_types.get(option.code, 0) for option in place_types},
        districts={district.code: facets.districts.get(district.id, 0) for district in districts},
        named_place_types=[Named(option.code, option.label[language]) for option in place_types],
        named_districts=[Named(district.code, district.name) for district in districts],
    )


def read_for_machines(args: Args, session: Session, city: City) -> Filter:
    """The filter in a query string, for downloads: what is not named is not filtered."""
    days = {"first_day": _day(args, "from"), "last_day": _day(args, "to")}
    districts = _districts(args, session, city)
    return _filter(args, _campaign(args, session, city), districts, box=_box(args.get("bbox", "")), **days)


def read_for_tiles(args: Args, session: Session, city: City) -> Filter:
    """The filter in a query string, for the map; what only a list or a download knows is passed over."""
    return _filter(args, _campaign(args, session, city), _districts(args, session, city))


def _filter(args: Args, campaign: Campaign | None, districts: Sequence[District], **more: Any) -> Filter:
    return Filter(
        kinds=_codes(args, "kind", KINDS) or KINDS,
        campaign_id=campaign.id if campaign else None,
        place_types=_codes(args, "place_type", _place_types()) if "place_type" in args else (),
        districts=tuple(district.id for district in districts),
        **more,
    )


def _campaign(args: Args, session: Session, city: City) -> Campaign | None:
    code = args.get("campaign", "")
    return rounds.by_code(session, city=city, code=code) if code and code != ALL else None


def _codes(args: Args, name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The codes under a name, in our own order; they may be repeated or joined."""
    wanted = {code for value in args.getlist(name) for code in value.replace("|", ",").split(",") if code}
    found = tuple(code for code in known if code in wanted)
    if len(found) < len(wanted):
        raise Invalid("filter_unknown", name=name)
    return found


def _place_types() -> tuple[str, ...]:
    """Every place type that any questionnaire knows."""
    options = [option.code for version in versions() for option in load(version).question("place_type").options]
    return tuple(dict.fromkeys(options))


def _districts(args: Args, session: Session, city: City) -> Sequence[District]:
    # A code may hold a comma: here only repeating is understood.
    wanted = {code for code in args.getlist("district") if code}
    if not wanted:
        return []
    found = [district for district in locations.districts(session, city=city) if district.code in wanted]
    if len(found) < len(wanted):
        raise Invalid("filter_unknown", name="district")
    return found


def _landmark(code: str, city: City) -> Landmark | None:
    if not code:
        return None
    found = next((landmark for landmark in city.landmarks if landmark.code == code), None)
    if found is None:
        raise Invalid("filter_unknown", name="from")
    return found


def _one_of(args: Args, name: str, known: Sequence[str]) -> str:
    value = args.get(name, "") or known[0]
    if value not in known:
        raise Invalid("filter_unknown", name=name)
    return value


def _day(args: Mapping[str, str], name: str) -> date | None:
    value = args.get(name, "")
    try:
        day = date.fromisoformat(value) if value else None
    except ValueError as error:
        raise Invalid("filter_unknown", name=name) from error
    # At the ends of the calendar midnight in the city would be no date in UTC.
    if day and not 1900 <= day.year < 9000:
        raise Invalid("filter_unknown", name=name)
    return day


def _box(value: str) -> tuple[float, float, float, float] | None:
    if not value:
        return None
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError as error:
        raise Invalid("filter_unknown", name="bbox") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("filter_unknown", name="bbox")
    return west, south, east, north
