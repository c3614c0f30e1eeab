"""Error pages in the person's language; the last one needs nothing at all."""

import structlog
from flask import Flask, current_app, g, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from participation.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, ServiceError
from participation.locales import CODES
from participation.settings import ROOT, Settings
from participation.web.plumbing import problems
from participation.web.plumbing.formats import number
from participation.web.plumbing.requests import takes_photos, takes_tables

log = structlog.get_logger()
# Who may not see a thing does not learn that it exists.
STATUS = {NotFound: 404, NotAllowed: 404, Gone: 410, Conflict: 409, Invalid: 400}
LAST_RESORT = (ROOT / "templates" / "errors" / "500.html").read_bytes()
# What an answer must say by its standard: which methods are allowed, how long a file is, and when to try again.
KEPT_HEADERS = ("allow", "content-range", "retry-after")


def init(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ServiceError, _service)
    app.register_error_handler(Exception, _unexpected)


def _texts() -> dict[int, tuple[str, str]]:
    return {
        400: (gettext("We could not read that request"), gettext("Something in the address or the form is not right.")),
        403: (gettext("You may not open this page"), gettext("Your account does not have the right to see it.")),
        404: (gettext("We cannot find this page"), gettext("The address may be mistyped, or the page is gone.")),
        405: (gettext("This does not work that way"), gettext("The page does not accept this kind of request.")),
        409: (gettext("Somebody was faster"), gettext("The entry has changed since you opened it. Please look again.")),
        410: (gettext("This page is gone"), gettext("What was here is no longer shown to the public.")),
        413: (gettext("That is too large"), gettext("You sent more than we can take. Please shorten it.")),
        429: (gettext("Too many attempts"), gettext("Please wait a few minutes and then try again.")),
    }


def _page(status: int, text: str = "", code: str = "", **more: str) -> Response:
    _speak_as_addressed()
    try:
        texts = _texts()
        title, usual = texts.get(status, texts[400])
        if problems.wanted():
            return problems.answer(status, text or usual, code=code, **more)
        body = render_template("errors/error.html", status=status, title=title, text=text or usual)
    except Exception as error:
        log.error("error_page_failed", status=status, kind=type(error).__name__, where=_where(error))
        return _plain(status)
    return Response(body, status, mimetype="text/html")


def _plain(status: int) -> Response:
    if problems.wanted():
        return problems.answer(status, "")
    return Response(LAST_RESORT, status, mimetype="text/html")


def _speak_as_addressed() -> None:
    """An address that leads nowhere still says in which language it was asked for."""
    first = request.path.split("/")[1]
    if "lang" not in g and first in CODES:
        g.lang = first


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.get_response(request.environ)
    status = error.code or 500
    if status >= 500:
        return _plain(status)
    response = _page(status, _too_large() if status == 413 else "")
    for name, value in error.get_headers(request.environ):
        if name.lower() in KEPT_HEADERS:
            response.headers[name] = value
    return response


def _too_large() -> str:
    """The size that the page somebody sent to can take."""
    settings: Settings = current_app.extensions["participation_settings"]
    if takes_tables():
        most = number(settings.import_mb)
        return gettext("A file may have at most %(most)s MB. Please go back and divide it.", most=most)
    if not takes_photos():
        return ""
    return gettext(
        "A photo may have at most %(most)s MB. Please go back, choose a smaller one, and send again.",
        most=number(settings.photo_mb),
    )


def _csrf(_error: CSRFError) -> Response:
    forgotten = gettext("The form was open for too long or cookies are off. Please go back, reload and send again.")
    return _page(400, forgotten)


def _service(error: ServiceError) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if not problems.wanted():
        return _page(status)
    name = str(error.details.get("name", ""))
    return _page(status, problems.sentence(error.code, error.details), error.code, parameter=name)


def _unexpected(error: Exception) -> Response:
    # The kind of the error and where it was, never its text: it may hold what somebody typed.
    log.error("unexpected_error", kind=type(error).__name__, where=_where(error))
    return _plain(500)


def _where(error: BaseException) -> list[str]:
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.removeprefix(str(ROOT))}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames[-6:]
