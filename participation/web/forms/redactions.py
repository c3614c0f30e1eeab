"""What nobody shall see, as the page of one entry sends it: numbers of words, parts of the photo."""

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField

from participation import private_details
from participation.errors import FormInvalid, Problem
from participation.models.submissions import Submission
from participation.pictures import Box
from participation.services.originals import Hidden
from participation.web.forms.decisions import DecisionForm

BOXES_MAX = 200


class RedactionForm(DecisionForm):
    """What is hidden besides single words and parts of the photo, why, and whether the rest is published at once."""

    hide_photo = BooleanField()
    hide_name = BooleanField()
    reason_code = StringField()
    publish = BooleanField()

    def hidden(self, sent: MultiDict[str, str], submission: Submission) -> Hidden:
        """What was marked; raises FormInvalid for what is not there."""
        spans = private_details.words(submission.text or "")
        try:
            ranges = tuple(spans[int(number)] for number in sent.getlist("word"))
            boxes = tuple(_box(text) for text in sent.getlist("box")[:BOXES_MAX])
        except (ValueError, IndexError) as error:
            raise FormInvalid({"words": Problem("nothing_marked")}) from error
        return Hidden(ranges, boxes, photo=bool(self.hide_photo.data), place_name=bool(self.hide_name.data))


class WishForm(DecisionForm):
    """What somebody else shall do with an original."""

    wish = StringField()


def grid(columns: int = 8, rows: int = 6) -> list[tuple[int, int, str]]:
    """A photo in parts to tick: row, column (both from 1), and the box that this stands for."""
    across, down = ([round(1000 * n / parts) for n in range(parts + 1)] for parts in (columns, rows))
    return [
        (y + 1, x + 1, f"{across[x]},{down[y]},{across[x + 1] - across[x]},{down[y + 1] - down[y]}")
        for y in range(rows)
        for x in range(columns)
    ]


def _box(text: str) -> Box:
    left, top, width, height = (int(part) for part in text.split(","))
    return Box(left, top, width, height)
