"""Connection strings in another form."""

from __future__ import annotations

import psycopg
from psycopg import pq

from sqlmig.db.errors import connection_failed


def libpq_environment(conninfo: str) -> dict[str, str]:
    """Libpq's own variables that say the same as a URL or `key=value` pairs: what argv shows, everybody can read.

    Parameters that libpq has no variable for are left out.

    Raises:
        ConnectionFailed: it is no connection string.
    """
    try:
        given = psycopg.conninfo.conninfo_to_dict(conninfo)
    except psycopg.ProgrammingError as error:
        raise connection_failed(error, conninfo) from None
    variables = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    known = {variables.get(name): value for name, value in given.items() if value is not None}
    return {variable.decode(): str(value) for variable, value in known.items() if variable is not None}


def of_database(conninfo: str, database: str) -> str:
    """The same for another database of that server, as `key=value` pairs.

    Raises:
        ConnectionFailed: it is no connection string.
    """
    try:
        return psycopg.conninfo.make_conninfo(conninfo, dbname=database)
    except psycopg.ProgrammingError as error:
        raise connection_failed(error, conninfo) from None
