"""Values written as literals come back from the server as they were."""

from __future__ import annotations

import pytest

from servers import Database
from sqlmig.db.session import session


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([b"'\\\"\x00\xff", None, b""], "bytea[]"),
        ([bytes(range(256))], "bytea[]"),
        (["it's", 'a "b"', "c\\d", None, ""], "text[]"),
        ([], "bytea[]"),
        (b"'\\\x00", "bytea"),
    ],
    ids=["quotes-in-bytes", "every-byte", "texts", "nothing", "one"],
)
def test_a_value_comes_back_as_it_was(database: Database, value: object, kind: str) -> None:
    with session(database.url) as opened:
        assert opened.value(f"SELECT %(value)s::{kind}", {"value": value}) == value
