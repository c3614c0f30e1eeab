"""Distances as people say them, in their language."""

import pytest
from flask import Flask, g

from participation.web.plumbing.formats import metres
from tests.fixtures.databases import sqlite_only


@sqlite_only
@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [
        (0, "en", "0 m"),
        (4.9, "en", "0 m"),
        (347, "de", "350 m"),
        (994, "fr", "990 m"),
        (996, "en", "1 km"),
        (1249, "de", "1,2 km"),
        (1249, "en", "1.2 km"),
        (12_340, "es", "12,3 km"),
    ],
)
def test_how_far(value: float, lang: str, said: str, app: Flask) -> None:
    with app.test_request_context():
        g.lang = lang
        assert metres(value).replace("\xa0", " ").replace("\u202f", " ") == said
