"""Links as QR codes, drawn here and not by somebody else."""

import io

import segno
from markupsafe import Markup

# So that a code is found on any ground, it brings a white margin of its own.
DARK, LIGHT, MARGIN = "#000000", "#ffffff", 3


def inline(link: str) -> Markup:
    """An `svg` element as large as its box; what it shows is said by the element around it."""
    drawn = _code(link).svg_inline(
        border=MARGIN, dark=DARK, light=LIGHT, omitsize=True, svgclass="code", lineclass=None
    )
    # Made from our own link by a library that draws paths only.
    return Markup(drawn)  # noqa: S704


def file(link: str) -> bytes:
    """The same as a file of its own."""
    out = io.BytesIO()
    _code(link).save(out, kind="svg", border=MARGIN, dark=DARK, light=LIGHT, scale=10)
    return out.getvalue()


def _code(link: str) -> segno.QRCode:
    return segno.make(link, micro=False, error="m")
