"""Which copies a file calls for."""

from __future__ import annotations

import pytest

from sqlmig.plan.undoing import CopyWanted, Destroys, copies_for
from sqlmig.sql.reader import Name
from sqlmig.sql.statements import split

DEALS = Name(None, "deals")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("CREATE TABLE deals (id int); CREATE INDEX i ON deals (id); DROP INDEX i", []),
        ("DROP TABLE deals", [CopyWanted(0, Destroys.TABLE, DEALS)]),
        ("SELECT 1; DROP TABLE IF EXISTS core.deals", [CopyWanted(1, Destroys.TABLE, Name("core", "deals"))]),
        ("TRUNCATE deals, users", [CopyWanted(0, Destroys.ROWS, t) for t in (DEALS, Name(None, "users"))]),
        ("DELETE FROM deals WHERE id = 1; DELETE FROM deals", [CopyWanted(0, Destroys.ROWS, DEALS)]),
        (
            "ALTER TABLE deals DROP COLUMN a, DROP b; ALTER TABLE deals DROP COLUMN c",
            [CopyWanted(0, Destroys.COLUMN, DEALS, ("a", "b", "c"))],
        ),
        ("ALTER TABLE deals ALTER a TYPE int", [CopyWanted(0, Destroys.TYPE, DEALS, ("a",))]),
        ("ALTER TABLE deals DROP a; DELETE FROM deals; DROP TABLE deals", [CopyWanted(2, Destroys.TABLE, DEALS)]),
        ("ALTER TABLE deals RENAME TO old; ALTER TABLE old RENAME TO older; DROP TABLE older", [
            CopyWanted(2, Destroys.TABLE, DEALS)]),
        ("ALTER TABLE deals RENAME a TO b; ALTER TABLE deals DROP b", [CopyWanted(1, Destroys.COLUMN, DEALS, ("a",))]),
        ("ALTER TABLE deals RENAME TO old; ALTER TABLE old RENAME a TO b; ALTER TABLE old DROP b", [
            CopyWanted(2, Destroys.COLUMN, DEALS, ("a",))]),
        ("DROP FOREIGN TABLE deals", []),
        ("this is not SQL", []),
    ],
    ids=[
        "nothing is lost", "a table", "another schema", "two tables emptied", "rows, twice", "columns of one table",
        "a type", "the table itself, last", "a renamed table", "a renamed column", "both renamed", "a foreign table",
        "not understood",
    ],
)  # fmt: skip
def test_what_a_file_destroys_is_copied_once(text: str, wanted: list[CopyWanted]) -> None:
    assert list(copies_for(split(text))) == wanted
