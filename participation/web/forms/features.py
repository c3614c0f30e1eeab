"""What a program or a person wants of a collection, read from the query as OGC API - Features has it."""

from collections.abc import Iterable, Mapping
from math import isfinite
from uuid import UUID

from werkzeug.datastructures import MultiDict

from participation.errors import Invalid
from participation.services.features import DEFAULT, DISTRICTS, FILTERS, MOST, Box, Wanted
from participation.web.plumbing import moments
from participation.web.plumbing.moments import Span

Args = MultiDict[str, str]
JSON, HTML = "json", "html"
# On every page: the form of the answer, its language, and that somebody chose the language with the switch.
ALWAYS = ("f", "lang", "switch")
OF_ITEMS = ("bbox", "datetime", "limit", "after")


def checked(args: Args, known: Iterable[str] = ()) -> None:
    """Refuse what is not known here, as the standard asks: a misspelt filter would give out everything."""
    unknown = sorted({*args} - {*ALWAYS, *known})
    if unknown:
        raise Invalid("parameter_unknown", name=unknown[0][:60])
    if args.get("f", JSON) not in (JSON, HTML):
        raise Invalid("parameter_wrong", name="f")


def wanted(args: Args, kind: str) -> Wanted:
    """Which features of a collection of this kind; raises Invalid with the name of what cannot be read."""
    checked(args, (*OF_ITEMS, *FILTERS[kind]))
    first, last = _span(args)
    return Wanted(
        limit=_limit(args),
        after=_after(args, kind),
        box=_box(args),
        first=first,
        last=last,
        values=_values(args, FILTERS[kind]),
    )


def _limit(args: Args) -> int:
    """More than we give at a time is no mistake; the standard wants as much as we give then."""
    text = args.get("limit", str(DEFAULT))
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) >= 1):
        raise Invalid("parameter_wrong", name="limit")
    return min(int(text), MOST)


def _after(args: Args, kind: str) -> str:
    after = args.get("after", "")
    try:
        return after if kind == DISTRICTS or not after else str(UUID(after))
    except ValueError:
        raise Invalid("parameter_wrong", name="after") from None


def _box(args: Args) -> Box | None:
    """West, south, east, north; heights are passed over. West of the date line is east of it where west > east."""
    if "bbox" not in args:
        return None
    try:
        edges = [float(edge) for edge in args["bbox"].split(",")]
    except ValueError:
        edges = []
    if len(edges) == 6:
        edges = [*edges[:2], *edges[3:5]]
    if len(edges) != 4 or not all(map(isfinite, edges)):
        raise Invalid("parameter_wrong", name="bbox")
    west, south, east, north = edges
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid("parameter_wrong", name="bbox")
    return west, south, east, north


def _span(args: Args) -> Span:
    try:
        return moments.span(args["datetime"]) if "datetime" in args else (None, None)
    except ValueError:
        raise Invalid("parameter_wrong", name="datetime") from None


def _values(args: Args, known: Iterable[str]) -> Mapping[str, str]:
    values = {name: args[name] for name in known if name in args}
    if "place_id" in values:
        try:
            values["place_id"] = str(UUID(values["place_id"]))
        except ValueError:
            raise Invalid("parameter_wrong", name="place_id") from None
    for name, value in values.items():
        if "\0" in value or len(value) > 200:
            raise Invalid("parameter_wrong", name=name)
    return values
