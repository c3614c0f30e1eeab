"""The two forms of an answer of Open311 GeoReport: JSON, and XML with the names that its clients look for."""

import re
from typing import Any
from xml.etree import ElementTree as Xml

import orjson
from werkzeug.wrappers import Response

# What stands inside a list.
ONE_OF = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "endpoints": "endpoint",
    "formats": "format",
}
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(form: str, root: str, content: Any, status: int = 200) -> Response:
    """A list or an object, called `root` in XML."""
    if form == "json":
        return Response(orjson.dumps(content), status, content_type="application/json")
    text = Xml.tostring(_element(root, content), "utf-8", xml_declaration=True)
    return Response(text, status, content_type="text/xml; charset=utf-8")


def _element(name: str, value: Any) -> Xml.Element:
    element = Xml.Element(name)
    if isinstance(value, list):
        element.extend(_element(ONE_OF[name], one) for one in value)
    elif isinstance(value, dict):
        element.extend(_element(key, one) for key, one in value.items())
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = NOT_IN_XML.sub("", str(value))
    return element
