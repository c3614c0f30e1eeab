"""One page of a long list."""

from typing import TypeVarTuple

from sqlalchemy import Select

Columns = TypeVarTuple("Columns")


def turn(query: Select[*Columns], *, total: int, page: int, size: int) -> tuple[Select[*Columns], int]:
    """The part of a query that stands on a page, and how many pages of `size` rows there are, at least one.

    Pages count from 1; what lies beyond either end is the page at that end.
    """
    pages = max(1, -(-total // size))
    return query.offset((max(1, min(page, pages)) - 1) * size).limit(size), pages
