import pytest

from expressing import make_expression
from sqlmig.sql.expressions.joins import joined_on
from sqlmig.sql.expressions.queries import Relation, relations
from sqlmig.sql.reader import Name

TENANTS = {"a", "b", "c"}
"""The tables that have the column."""


def answer(text, written=None):
    e = make_expression(text)
    tables = [relation for relation in relations(e) if relation.name.name in TENANTS]
    if written is not None:
        at = text.index(f" {written}") + 1
        tables.append(Relation(name=Name(None, written, at), alias=None, at=at))
    return joined_on(e, "t", tables)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 FROM a",
        "SELECT 1 FROM a JOIN b ON a.t = b.t AND a.id = b.id",
        "SELECT 1 FROM a JOIN b USING (t, id)",
        "SELECT 1 FROM a NATURAL JOIN b",
        "SELECT 1 FROM a LEFT JOIN b ON (a.t, a.id) = (b.t, b.id)",
        "SELECT 1 FROM a, b WHERE a.t = b.t",
        "SELECT 1 FROM a, b WHERE a.t = $1 AND b.t = $1",
        "SELECT 1 FROM a x JOIN a y ON x.t = y.t",
        "SELECT 1 FROM a JOIN b ON a.t = b.t JOIN c ON c.t = b.t",
        "SELECT 1 FROM a JOIN b USING (t) JOIN c USING (t)",
        "SELECT 1 FROM a JOIN other o ON o.id = a.o JOIN b ON b.t = a.t",
        "SELECT 1 FROM a, other o, b WHERE a.t = o.id AND b.t = o.id",
        "SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.t = a.t)",
        "SELECT 1 FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.t = a.t AND b.id = a.id)",
        "SELECT 1 FROM a WHERE (t, id) IN (SELECT t, id FROM b WHERE b.t = a.t)",
        "SELECT 1 FROM a WHERE t IN (SELECT t FROM b)",
        "SELECT 1 FROM a WHERE t = (SELECT b.t FROM b LIMIT 1)",
        "SELECT (SELECT x FROM b WHERE b.t = a.t AND b.id = a.b) FROM a",
        "SELECT 1 FROM (SELECT * FROM a WHERE x) d JOIN b ON b.t = d.t",
        "SELECT 1 FROM (SELECT t AS u, id FROM a) d (t, id) JOIN b USING (t)",
        "SELECT 1 FROM a, LATERAL (SELECT * FROM b WHERE b.t = a.t) d",
        "WITH d AS (SELECT t, id FROM a) SELECT 1 FROM d JOIN b ON b.t = d.t",
        "WITH d AS (SELECT * FROM a WHERE t = 1) SELECT 1 FROM d x JOIN d y ON x.id = y.p",
        "WITH RECURSIVE d AS (SELECT t, i FROM a UNION SELECT b.t, b.i FROM b JOIN d ON i = p AND d.t = b.t) TABLE d",
        "SELECT 1 FROM a UNION SELECT 1 FROM a",
        "SELECT 1 FROM (SELECT t FROM a UNION SELECT t FROM b) d JOIN c ON c.t = d.t",
        "SELECT 1 FROM a JOIN b ON a.t = b.t OR a.t = b.t AND a.id = b.id",
        "INSERT INTO z SELECT 1 FROM a JOIN b USING (t)",
        "UPDATE z SET x = 1 FROM a JOIN b ON a.t = b.t",
        "DELETE FROM z USING a, b WHERE a.t = b.t",
    ],
)
def test_all_are_linked(text):
    assert answer(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 FROM a, b",
        "SELECT 1 FROM a JOIN b ON a.id = b.id",
        "SELECT 1 FROM a JOIN b USING (id)",
        "SELECT 1 FROM a JOIN b ON a.t = b.t JOIN c ON c.id = b.id",
        "SELECT 1 FROM a x JOIN a y ON x.id = y.p",
        "SELECT 1 FROM a JOIN b ON a.t = b.t OR a.id = b.id",
        "SELECT 1 FROM a JOIN b ON a.t <> b.t",
        "SELECT 1 FROM a JOIN b ON a.t = b.u",
        "SELECT 1 FROM a, b WHERE a.t = 1",
        "SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.id = a.id)",
        "SELECT 1 FROM a WHERE id IN (SELECT id FROM b)",
        "SELECT (SELECT x FROM b WHERE b.id = a.b) FROM a",
        "SELECT 1 FROM (SELECT id FROM a) d JOIN b ON b.t = d.t",
        "SELECT 1 FROM (SELECT * FROM a) d JOIN b ON b.id = d.id",
        "WITH d AS (SELECT * FROM a) SELECT 1 FROM d x JOIN d y ON x.id = y.p JOIN b ON b.t = x.t",
        "WITH RECURSIVE d AS (SELECT t, id FROM a UNION SELECT b.t, b.id FROM b JOIN d ON d.id = b.p) TABLE d",
        "UPDATE z SET x = 1 FROM a JOIN b ON a.id = b.id",
    ],
)
def test_rows_of_different_tenants_can_come_together(text):
    assert answer(text) is False


@pytest.mark.parametrize(
    ("text", "written", "expected"),
    [
        ("UPDATE a SET x = b.x FROM b WHERE a.t = b.t", "a", True),
        ("UPDATE a AS z SET x = b.x FROM b WHERE z.t = b.t", "a", True),
        ("UPDATE a SET x = b.x FROM b WHERE a.id = b.id", "a", False),
        ("UPDATE a SET x = (SELECT b.x FROM b WHERE b.t = a.t)", "a", True),
        ("DELETE FROM a USING b WHERE a.t = b.t", "a", True),
        ("DELETE FROM a WHERE id IN (SELECT id FROM b)", "a", False),
        ("MERGE INTO a USING b ON a.t = b.t WHEN MATCHED THEN DELETE", "a", True),
        ("INSERT INTO a (id, t) SELECT id, t FROM b", "a", True),
        ("INSERT INTO a (id, t) SELECT t, id FROM b", "a", False),
        ("INSERT INTO a (t, id) SELECT 1, id FROM b WHERE t = 1", "a", True),
        ("INSERT INTO a (t, id) SELECT 1, id FROM b", "a", False),
        ("INSERT INTO a SELECT * FROM b", "a", True),
    ],
)
def test_what_is_written_counts_when_it_is_asked_for(text, written, expected):
    assert answer(text, written) is expected


def test_a_table_that_is_not_there_makes_it_unknown():
    e = make_expression("SELECT 1 FROM a JOIN b USING (t)")
    elsewhere = Relation(name=Name(None, "c"), alias=None, at=99)
    assert joined_on(e, "t", [*relations(e), elsewhere]) is None


def test_what_is_not_understood_is_unknown():
    assert joined_on(make_expression("SELECT 1 FROM"), "t", []) is None
