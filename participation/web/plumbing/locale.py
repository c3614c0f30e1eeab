"""Which language a page is in: the one its address names; without one the cookie's, the browser's, then the default."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any, TypeVar

from babel import Locale
from flask import Flask, current_app, g, request, url_for
from flask_babel import Babel, force_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.routing import BaseConverter, Rule
from werkzeug.wrappers import Response

from participation.locales import BY_CODE, CODES, DEFAULT, LANGUAGES, Language
from participation.settings import ROOT

COOKIE = "lang"
YEAR = 365 * 24 * 3600
# Pages under addresses that standards give; `?lang=` says in which language.
BY_QUERY = ("features",)
# English pages are written in British English, and so are their dates.
REGIONS = {"en": "en_GB"}
LOCALES = {code: Locale.parse(REGIONS.get(code, code)) for code in CODES}
T = TypeVar("T")


class LanguageConverter(BaseConverter):
    """Matches one of our languages in an address."""

    regex = "|".join(CODES)


def init(app: Flask) -> None:
    """Take the language out of every address, and put it into every link."""
    app.url_map.converters["lang"] = LanguageConverter
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "translations")
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    Babel(app, locale_selector=lang)
    # Of the two callables the first is not used: what takes its place need not look a text up each time it is shown.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        str, lambda one, many, number: get_translations().ungettext(one, many, number), newstyle=True
    )
    app.jinja_env.globals["gettext"] = _for_pages()
    app.url_value_preprocessor(_take)
    app.url_defaults(_give)
    app.after_request(_remember)
    app.context_processor(_for_templates)


def lang() -> str:
    """The language of this request."""
    code: str | None = g.get("lang")
    if code is None:
        code = g.lang = best()
    return code


def locale() -> Locale:
    """The rules of that language for numbers, dates and lists."""
    return LOCALES[lang()]


def per_language(make: Callable[[], T]) -> Callable[[], T]:
    """Make something once for each language: its words do not change while the product runs."""
    made: dict[str, T] = {}

    @wraps(make)
    def known() -> T:
        if lang() not in made:
            made[lang()] = make()
        return made[lang()]

    return known


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Texts, numbers, dates and links in another language than the page's: that of somebody who gets a mail."""
    before = lang()
    g.lang = code
    try:
        with force_locale(code):
            yield
    finally:
        g.lang = before


def _for_pages() -> Callable[..., str]:
    """The templates' `gettext`: as Jinja's own, but a text is looked up once in each language, not on every page."""

    @lru_cache(maxsize=8192)
    def known(text: str, _code: str, kind: type[str]) -> str:
        return kind(get_translations().ugettext(text))

    @pass_eval_context
    def gettext(context: EvalContext, text: str, /, **values: Any) -> str:
        return known(text, lang(), Markup if context.autoescape else str) % values

    return gettext


def best() -> str:
    """The language to offer somebody whose address names none, or names it in the query only."""
    wanted = request.args.get("lang")
    if wanted in CODES:
        return wanted
    cookie = request.cookies.get(COOKIE)
    return cookie if cookie in CODES else request.accept_languages.best_match(CODES, DEFAULT) or DEFAULT


def in_language(code: str) -> str:
    """The address of the same page in another language, with the same query."""
    if request.endpoint is None or not request.url_rule or not _speaks(request.url_rule):
        return url_for("partnerships.index", lang=code)
    args: dict[str, Any] = request.args.to_dict(flat=False)
    args.pop("switch", None)
    return url_for(request.endpoint, **{**args, **(request.view_args or {}), "lang": code})


def _speaks(rule: Rule) -> bool:
    return "lang" in rule.arguments or request.blueprint in BY_QUERY


def _take(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.lang = values.pop("lang")


def _give(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = lang()


def _remember(response: Response) -> Response:
    """Keep a language that somebody chose with the switch; no cookie for anybody else."""
    if request.args.get("switch") == "1" and request.method == "GET":
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, lang(), max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return response


def _for_templates() -> dict[str, Any]:
    code = lang()
    current: Language = BY_CODE[code]
    return {
        "lang": code,
        "language": current,
        "languages": LANGUAGES,
        "in_language": in_language,
    }
