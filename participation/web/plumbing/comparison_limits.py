"""What the numbers of a comparison cannot say, in words."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext, ngettext

from participation.comparison_result import Participants
from participation.web.plumbing.formats import number


def limits(found: Sequence[Participants], names: Sequence[str]) -> Iterator[str]:
    """What has to be known before anybody draws a conclusion."""
    yield gettext(
        "Those who take part are not a sample of the residents: they have chosen to. What they say is true of them, "
        "and only a hint for everybody else."
    )
    yield gettext("People pin what is near to where they live, work or pass by; other places are missing.")
    for name, each in zip(names, found, strict=True):
        yield gettext(
            "In %(city)s several entries come from the same person, so that %(entries)s entries count like about "
            "%(effective)s independent ones.",
            city=name,
            entries=number(each.submissions),
            effective=number(round(each.submissions / max(each.design_effect, 1))),
        )
    for name, each in zip(names, found, strict=True):
        if each.without_key:
            yield ngettext(
                "Of %(number)s entry in %(city)s nobody knows whether the same person sent others as well: the "
                "intervals may be too narrow.",
                "Of %(number)s entries in %(city)s nobody knows whether several come from the same person: the "
                "intervals may be too narrow.",
                each.without_key,
                city=name,
                number=number(each.without_key),
            )
    yield gettext("“No difference is shown” does not mean that there is none: the answers may be too few to show it.")
