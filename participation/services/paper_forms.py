"""The questionnaire of a campaign as a PDF to print: a sheet for each kind, with the codes beside the boxes."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import typst

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.questionnaire import Question, Questionnaire
from participation.services.locations import needs_point

FOLDER = Path(__file__).parent.parent / "papers"
# How many empty lines a text gets: some for a remark, one for a name.
LONG_TEXT, LINES = 200, 5


def pdf(*, city: City, campaign: Campaign, lang: str, large: bool, privacy: str) -> bytes:
    """The sheets of all kinds that the campaign offers, A4; `large` print for those who need it.

    `privacy` is the address of the page that says what happens with the answers.
    """
    sheet = campaign.questionnaire
    content = {
        "lang": lang,
        "large": large,
        "city": _named(city.name, lang),
        "campaign": _named(campaign.name, lang),
        "version": sheet.version,
        "title": words(lang)["title"],
        "words": words(lang),
        "privacy": privacy,
        "kinds": [_kind(sheet, code, lang) for code in campaign.kinds],
    }
    made: bytes = typst.compile(FOLDER / "form.typ", root=FOLDER, sys_inputs={"sheet": json.dumps(content)})
    return made


@cache
def words(lang: str) -> dict[str, str]:
    """What stands on a sheet beside the questions."""
    texts: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))
    return texts[lang]


def _kind(sheet: Questionnaire, code: str, lang: str) -> dict[str, Any]:
    return {
        "code": code,
        "label": sheet.kind_label(code, lang),
        "hint": sheet.kind_hint(code, lang),
        "needs_place": needs_point(code),
        "questions": [_question(sheet, question, code, lang) for question in sheet.questions_for(code)],
    }


def _question(sheet: Questionnaire, question: Question, kind: str, lang: str) -> dict[str, Any]:
    most = words(lang)["most"].format(most=question.max_choices) if question.max_choices else None
    return {
        "code": question.code,
        "label": sheet.question_label(question.code, kind, lang),
        "required": kind in question.required_for,
        "most": most,
        "lines": LINES if (question.max_length or 0) > LONG_TEXT else 1,
        "options": [
            {"code": option.code, "label": option.label[lang]} for option in sheet.options_for(question.code, kind)
        ],
    }


def _named(names: dict[str, str], lang: str) -> str:
    return names.get(lang) or names.get("en") or next(iter(names.values()))
