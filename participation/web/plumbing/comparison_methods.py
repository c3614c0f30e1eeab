"""How a comparison was computed and where it comes from, in words."""

from flask_babel import gettext

from participation.models.comparison_notes import ComparisonNote
from participation.web.forms.comparisons import Chosen
from participation.web.plumbing.comparison_contents import Contents
from participation.web.plumbing.comparison_words import decimal
from participation.web.plumbing.formats import day, named, number
from participation.web.plumbing.locale import lang


def source_lines(chosen: Chosen, found: Contents) -> list[str]:
    """Where a figure comes from, for files that leave the page."""
    return [
        gettext(
            "%(partnership)s, %(campaign)s. Computed on %(day)s; data version %(version)s, seed %(seed)s.",
            partnership=named(chosen.partnership),
            campaign=named(chosen.campaign),
            day=day(chosen.stored.computed_at.date()) if chosen.stored else "–",
            version=found.snapshot.method.dataset_version[:12],
            seed=str(found.snapshot.method.seed),
        )
    ]


def method_lines(found: Contents) -> list[str]:
    """How it was computed, for people."""
    method = found.snapshot.method
    return [
        gettext(
            "Shares have Wilson intervals, widened where several entries come from the same person; rates have exact "
            "Poisson intervals. All intervals are of 95 percent."
        ),
        gettext(
            "Differences are tested by exchanging people, not entries, between the sides (%(times)s times). The p of "
            "all tests are corrected together by Benjamini and Hochberg: a difference is claimed where q is at most "
            "%(alpha)s.",
            times=number(method.permutations),
            alpha=number(method.alpha),
        ),
        gettext(
            "Alike means: a difference, if there is one, is smaller than %(margin)s percentage points.",
            margin=number(round(method.margin * 100)),
        ),
        gettext(
            "The effect V (Cramér) is negligible below %(least)s and small up to %(small)s.",
            least=decimal(0.1),
            small=decimal(0.3),
        ),
        gettext(
            "Cells of the maps are shown from five people on. Hot spots are those of Getis and Ord (Gi*), looked for "
            "from fifty entries on, in cells of two sizes, and corrected for the number of cells."
        ),
        gettext(
            "Data version %(version)s, seed %(seed)s, computed with %(libraries)s.",
            version=method.dataset_version[:12],
            seed=str(method.seed),
            libraries=", ".join(f"{name} {version}" for name, version in method.libraries.items()),
        ),
    ]


def note_title(note: ComparisonNote, found: Contents | None) -> str:
    """What a note is about: a figure by its question, or the whole comparison."""
    figure = found.figures.get(note.figure) if found else None
    if figure is None or found is None:
        return gettext("On the comparison")
    if not figure.kind:
        return gettext("On “%(figure)s”", figure=figure.heading)
    kind = found.naming.questionnaire.kind_label(figure.kind, lang())
    return gettext("On “%(figure)s” (%(kind)s)", figure=figure.heading, kind=kind)
