"""What the tools for one entry need: its point, its place, its redaction; on its own page and beside the queue."""

from typing import Any

from flask import request

from participation.models.decisions import HIDING_REASONS
from participation.models.submissions import Submission
from participation.services import place_decisions, place_merges, redactions
from participation.web.forms.decisions import PointForm
from participation.web.plumbing.sessions import db

# The tools that open beside the queue, as its address names them.
TOOLS = ("same-place", "redact", "point")


def wanted() -> str:
    """The tool that an address of the queue asks for, or that a form was sent from; empty on the page of an entry."""
    tool = request.args.get("tool", "")
    return tool if tool in TOOLS else ""


def needs_of(submission: Submission, *tools: str) -> dict[str, Any]:
    """What the templates of these tools show."""
    needs: dict[str, Any] = {}
    if "same-place" in tools:
        place_id = submission.place_id
        needs["nearby"] = place_decisions.candidates(db, submission=submission)
        needs["alone"] = place_id is None or place_decisions.is_alone(db, submission=submission)
        needs["merged"] = place_merges.into_place(db, place_id=place_id) if place_id else []
    if "redact" in tools:
        needs["suggested"] = redactions.suggested(submission)
        needs["hiding_reasons"] = HIDING_REASONS
    if "point" in tools:
        needs["form"] = PointForm()
        needs["form"].offer(submission.city)
    return needs
