"""The printed report of a comparison, typeset by Typst from data; the fonts are those that come with it."""

from pathlib import Path

import typst

TEMPLATE = Path(__file__).parent / "reports" / "comparison.typ"
FONT = "Libertinus Serif"


def typeset(data: str) -> bytes:
    """A PDF of this JSON, whose shape `reports/comparison.typ` reads; words in it are never read as commands."""
    pdf: bytes = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"data": data}, ignore_system_fonts=True)
    return pdf
