"""Changes of a column's type: against the pairs of the lock table, and how USING is read."""

from __future__ import annotations

import re

import pytest

from replayed import after, operations
from sqlmig.sql.definitions import TypeName
from sqlmig.sql.locktable import Role, forms, measured
from sqlmig.sql.operations.tables import AlterColumnType
from sqlmig.sql.typechanges import Using, type_change, using_kind

STATE = after(
    """CREATE TYPE enum AS ENUM ('a'); CREATE TYPE enum_other AS ENUM ('a');
    CREATE DOMAIN domain AS int; CREATE DOMAIN domain_check AS int CHECK (value > 0);
    CREATE DOMAIN domain_not_null AS int NOT NULL; CREATE DOMAIN domain_text AS text;
    CREATE DOMAIN domain_varchar AS varchar(100); CREATE DOMAIN nested AS domain_check"""
)
PAIR = re.compile(r"type:(?P<old>[^:]+?)->(?P<new>[^:]+)(?P<how>(:[a-z-]+)*)")
PAIRS = [form for form in forms() if form.startswith("type:")]


def type_of(text: str) -> TypeName:
    (operation,) = operations(f"ALTER TABLE t ALTER a TYPE {text.replace('-', '_')}")
    assert isinstance(operation, AlterColumnType)
    found = STATE.type_of(operation.type)
    return operation.type if found is None else operation.type.replaced(schema="here")


@pytest.mark.parametrize("form", PAIRS)
def test_the_pairs_of_the_lock_table(form: str):
    pair = PAIR.fullmatch(form)
    assert pair is not None
    how = set(filter(None, pair["how"].split(":")))
    if how & {"using-text", "using-at-time-zone"}:
        how = {"using-expression"}
    found = type_change(
        type_of(pair["old"]),
        type_of(pair["new"]),
        type_of=STATE.type_of,
        using=Using.EXPRESSION if "using-expression" in how else Using.NOTHING,
        new_collation="collate" in how,
        timezone_utc="utc" in how,
    )
    for postgres in (14, 15, 16, 17, 18):
        facts = measured(form, postgres)
        assert found.rewrites is (Role.TABLE in facts.rewrites)
        if "indexed" in how:
            assert found.rebuilds_indexes is (Role.INDEX in facts.rewrites)


@pytest.mark.parametrize(
    ("old", "new", "rewrites"),
    [
        pytest.param("citext", "text", None, id="a type that is not known"),
        pytest.param("vector(3)", "vector(4)", None, id="modifiers that are not known"),
        pytest.param("vector(3)", "vector", False, id="modifiers taken away"),
        pytest.param("int", "nested", True, id="a domain over a domain that refuses values"),
        pytest.param("nested", "domain_check", True, id="another domain that refuses values"),
        pytest.param("nested", "int", False, id="what domains are over"),
        pytest.param("domain_varchar", "varchar(200)", True, id="a domain's length is forgotten"),
        pytest.param("interval day", "interval hour", False, id="finer fields"),
        pytest.param("interval hour", "interval day", True, id="coarser fields"),
        pytest.param("numeric(5)", "numeric(6, 0)", False, id="no scale is scale 0"),
        pytest.param("text", "bpchar", False, id="blank padded without a length"),
    ],
)
def test_pairs_that_the_lock_table_does_not_have(old: str, new: str, rewrites: bool | None):
    assert type_change(type_of(old), type_of(new), type_of=STATE.type_of).rewrites is rewrites


def test_an_unknown_old_type_is_unknown_but_for_a_domain_that_refuses_values():
    assert type_change(None, type_of("text"), type_of=STATE.type_of).rewrites is None
    assert type_change(None, type_of("domain_check"), type_of=STATE.type_of).rewrites is True


@pytest.mark.parametrize(
    ("using", "kind"),
    [
        ("", Using.NOTHING),
        ("USING a", Using.NOTHING),
        ("USING a::varchar(10)", Using.NOTHING),
        ("USING a::character varying (10)", Using.NOTHING),
        ("USING t.a", Using.NOTHING),
        ("USING a::varchar(20)", Using.CASTS),
        ("USING a::text::varchar(10)", Using.CASTS),
        ("USING b", Using.EXPRESSION),
        ("USING lower(a)", Using.EXPRESSION),
        ("USING a || ''", Using.EXPRESSION),
        ("USING a::text || ''", Using.EXPRESSION),
        ("USING (a)", Using.EXPRESSION),
    ],
)
def test_what_stands_behind_using(using: str, kind: Using):
    (operation,) = operations(f"ALTER TABLE t ALTER a TYPE varchar(10) {using}")
    assert isinstance(operation, AlterColumnType)
    assert using_kind(operation.using, "a", operation.type) is kind
