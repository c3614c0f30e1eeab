"""Charts of the comparison as SVG: one row per answer, below it a line for each of two groups; pure, without words.

Positions across are parts of the width and sizes down are pixels, so that a chart fits a phone and a sheet of paper
without its letters shrinking. The groups differ by shape and line as well as by colour: a filled circle on a solid
line, and an empty square on a broken one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

WIDTH, MARGIN = 760, 28
LABEL_LINE, MARK_LINE, GAP, AXIS = 19, 18, 12, 26
LABEL_CHARACTERS, TITLE_CHARACTERS, FOOT_CHARACTERS = 38, 76, 104
# The colours of paper, for files that leave the page; on the page the style sheet has them, in light and dark.
PAPER = """
text{font-family:%s;font-size:14px;fill:#1c2530}
.chart-title{font-size:18px;font-weight:700}.chart-claimed{font-weight:700}
.chart-tick,.chart-foot{font-size:12px;fill:#525f6e}.chart-said{font-size:12px}
.chart-grid{stroke:#dfe3e6}.chart-bar{fill:#1c2530}
.chart-line-0{stroke:#1d4f91;stroke-width:2.5}.chart-line-1{stroke:#9a3412;stroke-width:2.5;stroke-dasharray:5 3}
.chart-mark-0{fill:#1d4f91}.chart-mark-1{fill:#ffffff;stroke:#9a3412;stroke-width:2.5}
"""
SANS = "system-ui,'Liberation Sans','DejaVu Sans',sans-serif"


@dataclass(frozen=True)
class Mark:
    """A value with its interval, in the unit of the axis, and how the value is said; `value` None says it only."""

    value: float | None
    low: float
    high: float
    said: str


@dataclass(frozen=True)
class Row:
    """One answer: a mark for each group, or None for a group that has none; `claimed` where a difference is shown."""

    label: str
    marks: tuple[Mark | None, ...]
    claimed: bool = False


@dataclass(frozen=True)
class Chart:
    """All that is drawn. `ticks` are positions on the axis and how they are said; the last one ends the axis."""

    title: str
    description: str
    groups: tuple[str, ...]
    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]

    @property
    def end(self) -> float:
        """Where the axis ends; it begins at zero."""
        return self.ticks[-1][0]


def height(chart: Chart) -> int:
    """Pixels from the first label to the figures of the axis."""
    return sum(_row_height(row) for row in chart.rows) + AXIS


def drawing(chart: Chart) -> str:
    """The rows and the axis, to stand inside of an svg element of the page."""
    return "".join(_grid(chart)) + "".join(_rows(chart))


def file(chart: Chart, *, foot: Sequence[str] = (), font: str = SANS, titled: bool = True) -> str:
    """The chart as a file of its own: with title, key, and the lines of `foot` that say where it comes from."""
    title = wrap(chart.title, TITLE_CHARACTERS) if titled else []
    below = [line for text in foot for line in wrap(text, FOOT_CHARACTERS)]
    top = 24 * len(title) + 52
    whole = top + height(chart) + 18 * len(below) + 24
    inner = WIDTH - 2 * MARGIN
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{whole}" viewBox="0 0 {WIDTH} {whole}"'
            ' role="img" aria-labelledby="title desc">'
        ),
        f'<title id="title">{escape(chart.title)}</title><desc id="desc">{escape(chart.description)}</desc>',
        f'<style>{PAPER % font}</style><rect width="{WIDTH}" height="{whole}" fill="#ffffff"/>',
        *(
            f'<text class="chart-title" x="{MARGIN}" y="{30 + 24 * n}">{escape(line)}</text>'
            for n, line in enumerate(title)
        ),
        _key(chart, y=top - 20),
        f'<svg x="{MARGIN}" y="{top}" width="{inner}" height="{height(chart)}" overflow="visible">',
        drawing(chart),
        "</svg>",
        *(
            f'<text class="chart-foot" x="{MARGIN}" y="{top + height(chart) + 22 + 18 * n}">{escape(line)}</text>'
            for n, line in enumerate(below)
        ),
        "</svg>",
    ]
    return "".join(parts)


def sign(group: int, *, x: str = "50%", y: float = 9) -> str:
    """The shape by which a group is known."""
    if group == 0:
        return f'<circle class="chart-mark-0" cx="{x}" cy="{y:g}" r="5.5"/>'
    return f'<rect class="chart-mark-1" x="{x}" y="{y - 5:g}" width="10" height="10" transform="translate(-5 0)"/>'


def _key(chart: Chart, *, y: int) -> str:
    parts, x = [], MARGIN
    for group, name in enumerate(chart.groups):
        parts.append(f'<line class="chart-line-{group}" x1="{x}" x2="{x + 30}" y1="{y - 5}" y2="{y - 5}"/>')
        parts.append(sign(group, x=str(x + 15), y=y - 5))
        parts.append(f'<text x="{x + 38}" y="{y}">{escape(name)}</text>')
        x += 38 + 9 * len(name) + 30
    return "".join(parts)


def _grid(chart: Chart) -> Iterator[str]:
    bottom = height(chart) - AXIS
    for position, said in chart.ticks:
        x = _across(chart, position)
        anchor = "start" if position == 0 else "end" if position == chart.end else "middle"
        yield f'<line class="chart-grid" x1="{x}" x2="{x}" y1="0" y2="{bottom + 4}"/>'
        yield f'<text class="chart-tick" x="{x}" y="{bottom + 19}" text-anchor="{anchor}">{escape(said)}</text>'


def _rows(chart: Chart) -> Iterator[str]:
    y = 0
    for row in chart.rows:
        lines = _label_lines(row)
        if row.claimed:
            inside = _row_height(row) - GAP
            yield f'<rect class="chart-bar" x="-12" y="{y + 2}" width="4" height="{inside}"/>'
        known = ' class="chart-claimed"' if row.claimed else ""
        for n, line in enumerate(lines):
            yield f'<text{known} x="0" y="{y + 14 + LABEL_LINE * n}">{escape(line)}</text>'
        middle = y + LABEL_LINE * len(lines) + MARK_LINE / 2 + 1
        for group, mark in enumerate(row.marks):
            yield from _mark(chart, group, mark, middle + MARK_LINE * group)
        y += _row_height(row)


def _mark(chart: Chart, group: int, mark: Mark | None, y: float) -> Iterator[str]:
    if mark is None:
        return
    if mark.value is None:
        yield f'<text class="chart-said chart-tick" x="0" y="{y + 4:g}">{escape(mark.said)}</text>'
        return
    low, high = _across(chart, mark.low), _across(chart, mark.high)
    yield f'<line class="chart-line-{group}" x1="{low}" x2="{high}" y1="{y:g}" y2="{y:g}"/>'
    yield sign(group, x=_across(chart, mark.value), y=y)
    # Where there is no room behind the line, the figure stands before it.
    behind = mark.high / chart.end < 0.8
    at, anchor, shift = (high, "start", 9) if behind else (low, "end", -9)
    yield (
        f'<text class="chart-said" x="{at}" y="{y + 4:g}" dx="{shift}" text-anchor="{anchor}">'
        f"{escape(mark.said)}</text>"
    )


def _label_lines(row: Row) -> list[str]:
    return wrap(row.label, LABEL_CHARACTERS) or [""]


def _row_height(row: Row) -> int:
    return LABEL_LINE * len(_label_lines(row)) + MARK_LINE * len(row.marks) + GAP


def _across(chart: Chart, value: float) -> str:
    return f"{100 * min(max(value, 0), chart.end) / chart.end:.2f}%"
