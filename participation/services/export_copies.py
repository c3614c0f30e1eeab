"""The lines of a CSV file as PostgreSQL itself writes them: COPY is several times as fast as rows for Python."""

from collections.abc import Generator, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session


def lines(
    session: Session, *, query: Select[Any], texts: Sequence[str], separator: str
) -> Generator[bytes, None, None]:
    """The rows of a query, each without its line end; the columns in `texts` stand in quotes, no other does.

    Whoever takes no more lines ends the statement, and the session is as usable as before.
    """
    connection = session.connection()
    dialect: Any = connection.dialect
    # COPY takes no parameters, so its values are written into it; so written, each percent sign stands twice.
    statement = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})) % ()
    options = f"FORMAT csv, DELIMITER '{separator}'" + (f", FORCE_QUOTE ({', '.join(texts)})" if texts else "")
    driver: Any = connection.connection.driver_connection
    # A statement that is broken off spoils everything since the last savepoint.
    with connection.begin_nested() as savepoint, driver.cursor() as cursor:
        # By the index of the key the first line comes at once; sorted, it would come after the last one was read.
        cursor.execute("SET LOCAL enable_sort = off")
        with cursor.copy(f"COPY ({statement}) TO STDOUT ({options})") as copied:
            # The server sends each row by itself, with a line feed at its end.
            for row in copied:
                yield row[:-1].tobytes()
        # What was set goes with it; nothing was written.
        savepoint.rollback()
