"""The cells of a CSV file written by the database itself: the same text from both of them.

Row by row in Python a large file takes three times as long.
"""

from typing import Any

from sqlalchemy import LargeBinary, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from participation.text import FORMULA

# What a formula begins with, but for the wide signs of East Asia.
SIGNS = "-=+@\t\r"


class _Text(FunctionElement[str]):
    """A function that gives text."""

    type = String()
    inherit_cache = True


class uuid_text(_Text):  # noqa: N801  # written like the functions of SQL
    """An id with its four dashes."""

    inherit_cache = True


class number_text(_Text):  # noqa: N801
    """A number with six decimals."""

    inherit_cache = True


class moment_text(_Text):  # noqa: N801
    """A moment in UTC: 2026-07-01T12:00:00Z."""

    inherit_cache = True


class moment_for_people(_Text):  # noqa: N801
    """A moment in UTC as spreadsheets know it: 2026-07-01 12:00:00."""

    inherit_cache = True


class microseconds(_Text):  # noqa: N801
    """A moment in UTC with six decimals of a second, as the record of decisions is hashed over it."""

    inherit_cache = True


class flag_text(_Text):  # noqa: N801
    """true or false."""

    inherit_cache = True


class harmless(_Text):  # noqa: N801
    """A text that no spreadsheet takes for a formula; see `participation.text.neutral`."""

    inherit_cache = True


class quoted(_Text):  # noqa: N801
    """The same in quotes; on SQLite only, for the other database has COPY."""

    inherit_cache = True


class line(FunctionElement[bytes]):  # noqa: N801
    """Cells, each with the separator behind it, which is the first argument, as bytes; on SQLite only."""

    type = LargeBinary()
    inherit_cache = True


def _argument(element: _Text, compiler: Any, **more: Any) -> str:
    [argument] = element.clauses
    return str(compiler.process(argument, **more))


@compiles(uuid_text, "sqlite")
def _uuid_sqlite(element: _Text, compiler: Any, **more: Any) -> str:
    given = _argument(element, compiler, **more)
    parts = ", ".join(f"substr({given}, {start})" for start in (9, 13, 17, 21))
    return f"CASE WHEN {given} IS NOT NULL THEN printf('%.8s-%.4s-%.4s-%.4s-%s', {given}, {parts}) END"


@compiles(uuid_text, "postgresql")
def _uuid_postgresql(element: _Text, compiler: Any, **more: Any) -> str:
    return f"CAST({_argument(element, compiler, **more)} AS TEXT)"


@compiles(number_text, "sqlite")
def _number_sqlite(element: _Text, compiler: Any, **more: Any) -> str:
    given = _argument(element, compiler, **more)
    return f"CASE WHEN {given} IS NOT NULL THEN printf('%.6f', {given}) END"


@compiles(number_text, "postgresql")
def _number_postgresql(element: _Text, compiler: Any, **more: Any) -> str:
    return f"CAST(CAST({_argument(element, compiler, **more)} AS NUMERIC(9, 6)) AS TEXT)"


@compiles(moment_text, "sqlite")
def _moment_sqlite(element: _Text, compiler: Any, **more: Any) -> str:
    given = _argument(element, compiler, **more)
    return f"CASE WHEN {given} IS NOT NULL THEN printf('%.10sT%.8sZ', {given}, substr({given}, 12)) END"


@compiles(moment_text, "postgresql")
def _moment_postgresql(element: _Text, compiler: Any, **more: Any) -> str:
    return f"(replace({_moment_for_people_postgresql(element, compiler, **more)}, ' ', 'T') || 'Z')"


@compiles(moment_for_people, "sqlite")
def _moment_for_people_sqlite(element: _Text, compiler: Any, **more: Any) -> str:
    return f"substr({_argument(element, compiler, **more)}, 1, 19)"


@compiles(moment_for_people, "postgresql")
def _moment_for_people_postgresql(element: _Text, compiler: Any, **more: Any) -> str:
    # The time zone of every connection is UTC.
    return f"left(CAST({_argument(element, compiler, **more)} AS TEXT), 19)"


@compiles(microseconds, "sqlite")
def _microseconds_sqlite(element: _Text, compiler: Any, **more: Any) -> str:
    return f"(replace({_argument(element, compiler, **more)}, ' ', 'T') || 'Z')"


@compiles(microseconds, "postgresql")
def _microseconds_postgresql(element: _Text, compiler: Any, **more: Any) -> str:
    return f'to_char({_argument(element, compiler, **more)}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'


@compiles(flag_text)
def _flag(element: _Text, compiler: Any, **more: Any) -> str:
    given = _argument(element, compiler, **more)
    return f"CASE WHEN {given} THEN 'true' WHEN NOT {given} THEN 'false' END"


@compiles(harmless, "sqlite")
def _harmless_sqlite(element: _Text, compiler: Any, **more: Any) -> str:
    given = _argument(element, compiler, **more)
    # The function is Python's: it is asked only for what has such a sign in it at all. One sign between stars is found
    # ten times as fast as a choice of them. The wide signs begin with the same two bytes.
    signs = " OR ".join(f"{given} GLOB '*{sign}*'" for sign in SIGNS)
    return f"CASE WHEN {signs} OR instr(CAST({given} AS BLOB), x'EFBC') THEN neutral({given}) ELSE {given} END"


@compiles(harmless, "postgresql")
def _harmless_postgresql(element: _Text, compiler: Any, **more: Any) -> str:
    given = _argument(element, compiler, **more)
    pattern = compiler.process(bindparam("formula", FORMULA.pattern, String, unique=True), **more)
    mended = f"regexp_replace({given}, {pattern}, '''', 'g')"
    return f"CASE WHEN {given} ~ '[-=+@＝＋－＠\t\r]' THEN {mended} ELSE {given} END"


@compiles(quoted, "sqlite")
def _quoted_sqlite(element: _Text, compiler: Any, **more: Any) -> str:
    # %w doubles the quotes.
    given = _argument(element, compiler, **more)
    return f"CASE WHEN {given} IS NOT NULL THEN printf('\"%w\"', {_harmless_sqlite(element, compiler, **more)}) END"


@compiles(line, "sqlite")
def _line_sqlite(element: line, compiler: Any, **more: Any) -> str:
    separator, *cells = (compiler.process(clause, **more) for clause in element.clauses)
    # As bytes, which Python need not read as text and write again.
    return f"CAST(printf('{('%s' + separator[1:-1]) * len(cells)}', {', '.join(cells)}) AS BLOB)"
