"""Everything can be replayed, and has an effect: on nothing, on much, and in any order."""

from __future__ import annotations

from pathlib import Path

import pytest

from replayed import EMPTY, after, operations
from sqlmig.sql.effects import effect
from sqlmig.sql.operations.base import Unknown
from sqlmig.sql.replay import replay
from sqlmig.sql.schema.difference import difference

FORMS = (Path(__file__).parents[1] / "forms.txt").read_text(encoding="utf-8").splitlines()
STATEMENTS = [line.partition("|")[2] for line in FORMS if line and not line.startswith("#")]
SCRIPTS = sorted((Path(__file__).parents[2] / "db" / "replay").glob("*.sql"))
RICH = """
CREATE TABLE u (tenant_id uuid, id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, tenant_id uuid, a int, b int, c text, p daterange, data jsonb);
CREATE TABLE p (id int, d date) PARTITION BY RANGE (d);
CREATE TABLE c (LIKE p);
CREATE UNIQUE INDEX i ON t (a); CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS int CHECK (value > 0);
CREATE VIEW v AS SELECT id FROM t; CREATE MATERIALIZED VIEW mv AS SELECT id FROM t; CREATE SEQUENCE s;
CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
"""


def test_there_are_statements():
    assert len(STATEMENTS) > 200
    assert len(SCRIPTS) > 3


@pytest.mark.parametrize("given", ["", RICH], ids=["on nothing", "on much"])
def test_each_statement_by_itself(given: str):
    state = after(given)
    for statement in STATEMENTS:
        for operation in operations(statement):
            assert not isinstance(operation, Unknown), statement
            difference(state, replay(state, operation))
            effect(operation, state, postgres=18)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_from_its_end_to_its_beginning(script: Path):
    state = EMPTY
    for operation in reversed(operations(script.read_text(encoding="utf-8"))):
        effect(operation, state, postgres=14)
        state = replay(state, operation)


def test_all_statements_one_after_the_other():
    state = EMPTY
    for statement in STATEMENTS * 2:
        for operation in operations(statement):
            effect(operation, state, postgres=15)
            state = replay(state, operation, origin="x")
