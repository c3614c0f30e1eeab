"""Every problem that a service can find in a form has its own sentence, in every language."""

import ast

import pytest
from flask import Flask

from participation.errors import Problem
from participation.locales import CODES
from participation.settings import ROOT
from participation.web.forms.messages import message
from tests.fixtures.databases import sqlite_only

# Said to programs only: no form can send a list where one word is expected.
NEVER_SHOWN = {"wrong_type"}
DETAILS = {
    "max": 5,
    "min": 10,
    "length": 12,
    "count": 6,
    "values": ["x"],
    "value": "x",
    "partner": None,
    "kind": "idea",
}


def codes() -> set[str]:
    """The code of each problem that is made in the product, but by imports: those have no form."""
    found = set()
    for path in (path for path in (ROOT / "participation").rglob("*.py") if not path.stem.startswith("import")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Problem", "errors.Problem"):
                found |= {part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)}
    return {code for code in found if isinstance(code, str)} - NEVER_SHOWN - {""}


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_every_problem_has_a_sentence_of_its_own(lang: str, app: Flask) -> None:
    with app.test_request_context(f"/{lang}/"):
        app.preprocess_request()
        unknown = message(Problem("no such problem"))
        sentences = {code: message(Problem(code, DETAILS)) for code in codes()}
    assert len(sentences) > 8
    assert [code for code, sentence in sentences.items() if sentence == unknown] == []
    assert len({*sentences.values()}) == len(sentences)


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_a_text_that_is_too_long_hears_the_limit_and_by_how_much(lang: str, app: Flask) -> None:
    with app.test_request_context(f"/{lang}/"):
        app.preprocess_request()
        over = {n: message(Problem("too_long", {"max": 640, "length": 640 + n})) for n in (1, 2, 300)}
    assert len({*over.values()}) == 3
    assert all(str(n) in sentence and "640" in sentence for n, sentence in over.items())
