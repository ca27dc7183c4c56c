from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlmig.project.checksums import (
    ALGORITHM,
    StateDigest,
    normalised,
    rendered_checksum,
    source_checksum,
    state_digest,
)

SQL = "CREATE TABLE deals (\n  id bigint PRIMARY KEY -- the id\n);\n"


def test_algorithm_1_never_changes():
    """The history of every user holds these values: a change of one is algorithm 2, beside this one."""
    assert ALGORITHM == 1
    assert source_checksum("", {}) == "ba768b331fd86cec803be04e56ab2b3d4c0e98ef4ee4fcd4e72ad7cce61a1d1f"
    assert source_checksum(SQL, {}) == "185527a6ac6fd29b515bfc7b21dd63095d346fa23d04d470c2013fa320f5569f"
    assert (
        source_checksum(SQL, {"rls.sql": "a", "b.sql": "é"})
        == "ca87b36342750ca1d1ae16ea01c665d30c93c10ebe2e33bab7e069e2a9d345e2"
    )
    assert rendered_checksum(SQL) == "4f22d5eda64cbf73dbf3ff3b3b3663dd2aa75923602e1057f8c53ee08ae0f90f"
    assert state_digest([], []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (
        state_digest([(1, "aa"), (20240101120000, "bb")], [("view", "cc")])
        == "8de3b4d6fa63f6fc1b016037a09c3cc387a3341dc320b5fd0597a80dcd3e17e2"
    )


@pytest.mark.parametrize(
    "data",
    [
        SQL.encode(),
        SQL.replace("\n", "\r\n").encode(),
        SQL.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + SQL.encode(),
    ],
    ids=["unix", "windows", "old mac", "byte order mark"],
)
def test_line_ends_and_a_byte_order_mark_change_no_checksum(data):
    assert normalised(data) == SQL


def test_only_the_first_byte_order_mark_is_taken_away():
    assert normalised("\ufeffa\ufeff".encode()) == "a\ufeff"


def test_what_is_no_utf_8_is_not_guessed():
    with pytest.raises(UnicodeDecodeError):
        normalised("ä".encode("latin-1"))


def test_the_order_in_which_macros_were_found_changes_no_checksum():
    assert source_checksum(SQL, {"a": "1", "b": "2"}) == source_checksum(SQL, {"b": "2", "a": "1"})


@pytest.mark.parametrize(
    ("text", "macros"),
    [
        (SQL + " ", {"a": "1"}),
        (SQL, {"a": "2"}),
        (SQL, {"b": "1"}),
        (SQL, {}),
        (SQL + "a", {"": "1"}),
        (SQL, {"a1": ""}),
    ],
)
def test_whatever_is_changed_changes_the_source_checksum(text, macros):
    assert source_checksum(text, macros) != source_checksum(SQL, {"a": "1"})


def test_layout_and_comments_change_the_source_only():
    again = "-- deals\ncreate table deals(id bigint primary key)"
    assert rendered_checksum(again) == rendered_checksum(SQL)
    assert source_checksum(again, {}) != source_checksum(SQL, {})


ROWS = st.dictionaries(st.integers(1, 50), st.text("0123456789abcdef", min_size=1, max_size=4), max_size=8)
NAMES = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.text("0123456789abcdef", min_size=1, max_size=4))


@given(ROWS, NAMES, st.randoms())
def test_the_order_of_rows_changes_no_digest(rows, names, random):
    shuffled = list(rows.items())
    random.shuffle(shuffled)
    assert state_digest(shuffled, reversed(names.items())) == state_digest(rows.items(), names.items())


@pytest.mark.parametrize(
    ("applied", "repeatables"),
    [
        ([(1, "aa")], [("view", "cc")]),
        ([(1, "aa"), (2, "bc")], [("view", "cc")]),
        ([(1, "aa"), (3, "bb")], [("view", "cc")]),
        ([(1, "aa"), (2, "bb")], []),
        ([(1, "aa"), (2, "bb")], [("view", "cd")]),
        ([(1, "aa"), (2, "bb")], [("other", "cc")]),
        ([(1, "bb"), (2, "aa")], [("view", "cc")]),
    ],
)
def test_whatever_is_applied_differently_changes_the_digest(applied, repeatables):
    assert state_digest(applied, repeatables) != state_digest([(1, "aa"), (2, "bb")], [("view", "cc")])


@given(ROWS, st.lists(st.tuples(st.booleans(), st.integers(1, 50)), max_size=12), NAMES)
def test_a_digest_that_follows_is_the_one_that_starts_anew(rows, changes, names):
    following = StateDigest(rows.items())
    for up, version in changes:
        if up:
            following.add(version, "ff")
            rows[version] = "ff"
        else:
            following.remove(version)
            rows.pop(version, None)
        assert following.value(names.items()) == state_digest(rows.items(), names.items())
