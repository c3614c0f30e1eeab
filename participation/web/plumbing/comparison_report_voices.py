"""The voices in the printed report: published texts of the cities side by side, each marked with its language."""

from collections.abc import Callable, Iterator, Mapping

from flask_babel import gettext

from participation.comparison_result import Theme
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.web.forms.comparisons import Chosen
from participation.web.plumbing import comparison_facts as facts
from participation.web.plumbing.comparison_contents import VOICES
from participation.web.plumbing.comparison_report_maps import Each, Part, joined
from participation.web.plumbing.formats import day, language_name, named

Published = Mapping[str, Submission]
UNKNOWN = "und"


def voices(chosen: Chosen, each: Each, published: Published) -> Iterator[Part]:
    """Theme by theme, those of which some text is still public."""
    themes: list[list[Theme]] = each(lambda found: list(found.themes))
    titles = each(lambda found: [facts.theme_title(theme, found.naming) for theme in found.themes])
    for n, theme in enumerate(themes[0]):
        columns = [_column(each, city, theme, published) for city in chosen.cities]
        if any(column["quotes"] for column in columns):
            yield {"type": "voices", "texts": [own[n] for own in titles], "columns": columns}


def _column(each: Each, city: City, theme: Theme, published: Published) -> Part:
    ids = [one for voice in theme.voices if voice.city == city.slug for one in voice.submissions[:VOICES]]
    quotes = [_quote(each, city, published[one]) for one in ids if one in published]
    none = _said(each, lambda: gettext("No text on this yet."))
    return {"name": _said(each, lambda: named(city)), "quotes": quotes, "none": none}


def _quote(each: Each, city: City, submission: Submission) -> Part:
    """A text with its day and its language in the languages of the report."""
    marks, tag = [_said(each, lambda: day(city.today(submission.created_at)))], submission.text_lang
    if tag:
        marks.append(_said(each, lambda: gettext("Written in: %(language)s", language=language_name(tag))))
    if submission.redacted_at:
        marks.append(_said(each, lambda: gettext("Redacted by the moderation")))
    return {"lang": _spoken(tag or UNKNOWN), "text": submission.text, "by": " · ".join(marks)}


def _spoken(tag: str) -> str:
    """The language of a tag as the typesetter takes it: two or three letters."""
    code = tag.split("-", maxsplit=1)[0].lower()
    return code if code.isascii() and code.isalpha() and len(code) in (2, 3) else UNKNOWN


def _said(each: Each, say: Callable[[], str]) -> str:
    return joined(each(lambda _: say()))
