"""The names of types against pg_type's, and what may stand behind them."""

from __future__ import annotations

import pytest

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.operations.tables import AlterColumnType


def of_grammar(name, *modifiers, dimensions=0):
    return TypeName(schema="pg_catalog", name=name, modifiers=modifiers, dimensions=dimensions)


def plain(name, *modifiers, schema=None, dimensions=0):
    return TypeName(schema=schema, name=name, modifiers=modifiers, dimensions=dimensions)


WRITTEN = {
    "int": of_grammar("int4"),
    "INTEGER": of_grammar("int4"),
    "int4": plain("int4"),
    '"int"': plain("int"),
    "smallint": of_grammar("int2"),
    "bigint": of_grammar("int8"),
    "real": of_grammar("float4"),
    "float": of_grammar("float8"),
    "float(24)": of_grammar("float4"),
    "float(25)": of_grammar("float8"),
    "double precision": of_grammar("float8"),
    "double": plain("double"),
    "decimal(12, 2)": of_grammar("numeric", "12", "2"),
    "dec": of_grammar("numeric"),
    "numeric(10,-2)": of_grammar("numeric", "10", "-2"),
    "boolean": of_grammar("bool"),
    "bool": plain("bool"),
    "bit": of_grammar("bit", "1"),
    "bit(8)": of_grammar("bit", "8"),
    "bit varying": of_grammar("varbit"),
    "bit varying(5)": of_grammar("varbit", "5"),
    "char": of_grammar("bpchar", "1"),
    '"char"': plain("char"),
    "character(3)": of_grammar("bpchar", "3"),
    "nchar(3)": of_grammar("bpchar", "3"),
    "national character varying (3)": of_grammar("varchar", "3"),
    "character varying": of_grammar("varchar"),
    "varchar(255)": of_grammar("varchar", "255"),
    "text": plain("text"),
    "json": of_grammar("json"),
    "jsonb": plain("jsonb"),
    "timestamp": of_grammar("timestamp"),
    "timestamp(3) without time zone": of_grammar("timestamp", "3"),
    "timestamp with time zone": of_grammar("timestamptz"),
    "timestamptz(6)": plain("timestamptz", "6"),
    "time with time zone": of_grammar("timetz"),
    "time(0)": of_grammar("time", "0"),
    "interval": of_grammar("interval"),
    "interval(3)": of_grammar("interval", "3"),
    "interval year to month": of_grammar("interval", "year to month"),
    "interval day to second(3)": of_grammar("interval", "day to second", "3"),
    "interval second (0)": of_grammar("interval", "second", "0"),
    "bigserial": plain("bigserial"),
    "vector(1536)": plain("vector", "1536"),
    "public.geometry(Point, 4326)": plain("geometry", "Point", "4326", schema="public"),
    "enum_of('a', x)": plain("enum_of", "'a'", "x"),
    "db.Public.T": plain("t", schema="public"),
    "type": plain("type"),
    "left": plain("left"),
    "int[]": of_grammar("int4", dimensions=1),
    "int[3][]": of_grammar("int4", dimensions=2),
    "int ARRAY": of_grammar("int4", dimensions=1),
    "varchar(5) array[4]": of_grammar("varchar", "5", dimensions=1),
    "pg_catalog.int8[ ]": plain("int8", schema="pg_catalog", dimensions=1),
    "setof text": TypeName(schema=None, name="text", set_of=True),
}


@pytest.mark.parametrize(("written", "expected"), WRITTEN.items(), ids=WRITTEN)
def test_a_type_has_the_name_that_pg_type_has_for_it(read, read_as_postgresql_does, written, expected):
    sql = f"ALTER TABLE t ALTER a TYPE {written}"
    [operation] = read(sql)
    assert isinstance(operation, AlterColumnType)
    assert operation.type == expected
    read_as_postgresql_does(sql)


@pytest.mark.parametrize(
    "written",
    [
        *("float(0)", "float(54)", "double x", "int(3)", "national int", "interval month to year", "interval day(3)"),
        *("check", "numeric(1", "varchar()", "a.b(,)", "int[a]", "int array array", "values", "timestamp with zone"),
    ],
)
def test_what_is_no_type_is_refused(refused_as_by_postgresql, written):
    refused_as_by_postgresql(f"ALTER TABLE t ALTER a TYPE {written}")


def test_a_modifier_that_is_no_constant_is_refused_at_once(read):
    # The grammar takes it, and PostgreSQL refuses it behind the grammar.
    assert type(read("ALTER TABLE t ALTER a TYPE foo(1 + 1)")[0]).__name__ == "Unknown"


def test_the_type_of_another_column_is_read_where_routines_have_it(read):
    [routine] = read("CREATE FUNCTION f(a s.t.c%TYPE) RETURNS SETOF t.c %TYPE LANGUAGE sql AS 'SELECT 1'")
    assert routine.arguments[0].type == TypeName(schema="t", name="c%type")
    assert routine.returns == TypeName(schema="t", name="c%type", set_of=True)
