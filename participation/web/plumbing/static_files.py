"""Static files under an address that changes with their content, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise

from participation.settings import ROOT

STATIC = ROOT / "static"
YEAR = 365 * 24 * 3600


def init(app: Flask) -> None:
    """Serve static/ compressed; `static_url("icons/mark.svg")` names a file in templates, `static_text` writes it.

    The version is a part of the folder, not of the file name: modules that import each other by relative paths then
    stay together without a bundler.
    """
    prefix = f"/static/{version(STATIC)}/"
    served = WhiteNoise(
        app.wsgi_app, max_age=YEAR, immutable_file_test=lambda _path, _url: True, add_headers_function=_protect
    )
    served.add_files(str(STATIC), prefix=prefix)
    app.wsgi_app = served  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = lambda name: prefix + name
    app.jinja_env.globals["static_text"] = text


def _protect(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


@cache
def text(name: str) -> Markup:
    """The content of one of our own small files, to stand in a page as it is."""
    return Markup((STATIC / name).read_text(encoding="utf-8"))  # noqa: S704  # our own file


def version(folder: Path) -> str:
    """A short hash over names and contents."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix not in (".br", ".gz"):
            digest.update(str(file.relative_to(folder)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
