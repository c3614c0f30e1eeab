"""Errors for programs, as RFC 9457 asks: problem details instead of a page, wherever programs read."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as Xml

import orjson
from flask import has_request_context, render_template, request
from flask_babel import gettext
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

# Where programs read; a browser that asks for a page still gets one, but at /open311, which has none.
MACHINE_ROOMS = ("/ogc", "/open311/", "/catalog.jsonld", "/exports/", "/tiles/", "/basemap/", "/challenge")
WITHOUT_PAGES = ("/open311/", "/catalog.jsonld")
JSON, HTML = "application/problem+json", "text/html"


def wanted() -> bool:
    """Whether an error of this request is told to a program."""
    if not has_request_context() or not request.path.startswith(MACHINE_ROOMS):
        return False
    if request.path.startswith(WITHOUT_PAGES) or request.args.get("f") == "json":
        return True
    if request.args.get("f") == "html":
        return False
    return request.accept_mimetypes.best_match([JSON, "application/json", HTML], JSON) != HTML


def answer(status: int, detail: str, *, code: str = "", **more: Any) -> Response:
    """The problem as an answer; `code` is a stable word for programs, `more` says it more closely."""
    title = HTTP_STATUS_CODES.get(status, "Error")
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body |= {"code": code} if code else {}
    body |= {name: value for name, value in more.items() if value}
    if request.path.startswith("/open311/"):
        return _of_open311(status, body)
    return Response(orjson.dumps(body), status, content_type=JSON)


def told(status: int, *, title: str, text: str, code: str, **more: Any) -> Response:
    """The problem for a program, the page of an error for people."""
    if wanted():
        return answer(status, text, code=code, **more)
    page = render_template("errors/error.html", status=status, title=title, text=text)
    return Response(page, status, mimetype="text/html")


def sentence(code: str, details: Mapping[str, object]) -> str:
    """What is wrong with a request of a program; empty where there is nothing closer to say than its status."""
    name = str(details.get("name", ""))
    sentences = {
        "parameter_unknown": lambda: gettext("There is no parameter %(name)s here.", name=name),
        "parameter_wrong": lambda: gettext("The value of the parameter %(name)s cannot be read.", name=name),
        "parameter_missing": lambda: gettext("The parameter %(name)s is missing.", name=name),
        "filter_unknown": lambda: gettext("The value of the parameter %(name)s cannot be read.", name=name),
        "api_key_unknown": lambda: gettext("This key does not count for this city."),
    }
    return sentences[code]() if code in sentences else ""


def _of_open311(status: int, body: dict[str, Any]) -> Response:
    """GeoReport clients look for a code and a description; there the XML form is a list of its own."""
    said = [str(one.get("description", "")) for one in body.get("errors", [])] or [body["detail"]]
    if not request.path.endswith(".xml"):
        body["errors"] = body.get("errors") or [{"code": status, "description": body["detail"]}]
        return Response(orjson.dumps(body), status, content_type=JSON)
    root = Xml.Element("errors")
    for description in said:
        error = Xml.SubElement(root, "error")
        Xml.SubElement(error, "code").text = str(status)
        Xml.SubElement(error, "description").text = description
    return Response(Xml.tostring(root, "utf-8", xml_declaration=True), status, content_type="text/xml; charset=utf-8")
