"""Every pair of many types, changed on a real server: is the table written anew, are its indexes built again?"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import product
from typing import Any

import psycopg
import pytest

from replayed import after, operations
from sqlmig.sql.operations.tables import AlterColumnType
from sqlmig.sql.typechanges import type_change

MADE = """
CREATE TYPE enum AS ENUM ('a'); CREATE TYPE composite AS (a int);
CREATE DOMAIN d_int AS int; CREATE DOMAIN d_check AS int CHECK (value > 0); CREATE DOMAIN d_nested AS d_check;
CREATE DOMAIN d_text AS text; CREATE DOMAIN d_varchar AS varchar(10); CREATE DOMAIN d_numeric AS numeric(10, 2);
"""
GROUPS = {
    "text": """text; varchar; varchar(10); varchar(20); bpchar; char(5); "char"; name; d_text; d_varchar; enum; xml;
        json; jsonb; uuid; bytea""",
    "numbers": """int2; int; bigint; oid; regclass; numeric; numeric(10,2); numeric(12,2); numeric(12,4); numeric(5);
        float4; float8; bool; money; d_int; d_check; d_nested; d_numeric""",
    "time": """date; time; time(3); time(6); timetz; timetz(3); timestamp; timestamp(3); timestamp(6); timestamptz;
        timestamptz(3); interval; interval(3); interval(6); interval day; interval hour; interval day to second(3);
        interval year to month""",
    "others": """bit(4); bit(8); varbit; varbit(4); varbit(8); inet; cidr; macaddr; int4range; tsvector; composite;
        int[]; bigint[]; text[]; varchar[]; varchar(10)[]; varchar(20)[]; text; int""",
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Paris"])
def test_pairs_of_types(group: str, timezone: str, connect: Callable[..., psycopg.Connection[Any]]) -> None:
    connection = connect()
    connection.execute("CREATE SCHEMA here; SET search_path = here")
    connection.execute(MADE)
    connection.execute(f"SET TimeZone = '{timezone}'")
    types = [text.strip() for text in GROUPS[group].split(";")]
    tried = 0
    for old, new in product(types, repeat=2):
        for using in ("", f" USING a::{new}"):
            server = _on_server(connection, old, new, using)
            if server is not None:
                tried += 1
                assert _as_said(old, new, utc=timezone == "UTC", indexed=server[1] is not None) == server, (old, new)
                break
    assert tried > len(types) * 3


def _on_server(connection: psycopg.Connection[Any], old: str, new: str, using: str) -> tuple[bool, bool | None] | None:
    """Whether the table has another file afterwards, and its index if it can have one; None without a cast."""
    connection.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t (a {old})")
    with suppress(psycopg.Error):  # some types have no order
        connection.execute("CREATE INDEX i ON t (a)")
    before = _files(connection)
    try:
        connection.execute(f"ALTER TABLE t ALTER a TYPE {new}{using}")
    except psycopg.Error:
        return None
    now = _files(connection)
    return now[0] != before[0], None if before[1] is None else now[0] == before[0] and now[1] != before[1]


def _files(connection: psycopg.Connection[Any]) -> tuple[int, int | None]:
    row = connection.execute("SELECT pg_relation_filenode('t'), pg_relation_filenode(to_regclass('i'))").fetchone()
    assert row is not None
    return row[0], row[1]


def _as_said(old: str, new: str, *, utc: bool, indexed: bool) -> tuple[bool | None, bool | None]:
    state = after(f"{MADE} CREATE TABLE t (a {old})")
    (operation,) = operations(f"ALTER TABLE t ALTER a TYPE {new}")
    assert isinstance(operation, AlterColumnType)
    column = state.table(operation.table).column("a")
    new_type = state.known_type(operation.type)
    change = type_change(column.type, new_type, type_of=state.type_of, timezone_utc=utc)
    return change.rewrites, change.rebuilds_indexes if indexed else None
