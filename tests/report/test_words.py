import datetime

import pytest

from sqlmig.errors import Place
from sqlmig.report import words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.0124, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (3.44, "3.4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3725, "1 h 2 min"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_people_think_in(seconds, text):
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 steps"), (1, "1 step"), (2000, "2,000 steps")])
def test_a_count_agrees_with_its_noun(number, text):
    assert words.counted(number, "step") == text


def test_of_many_names_the_first_are_shown_and_the_rest_counted():
    assert words.some(["a", "b", "c"]) == "a, b, c"
    assert words.some([f"t{i}" for i in range(10_000)]) == "t0, t1, t2 and 9,997 more"


def test_a_time_is_the_same_on_every_machine():
    there = datetime.datetime(2026, 3, 1, 1, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert words.moment(there) == "2026-02-28 23:30:00"
    assert words.moment_json(there) == "2026-02-28T23:30:00+00:00"
    assert (words.moment(None), words.moment_json(None)) == ("-", None)


def test_nothing_applied_is_no_version_zero():
    assert (words.version(0), words.version(7)) == ("-", "0007")


def test_a_place_keeps_all_its_parts_for_programs():
    assert words.place_json(None) is None
    assert words.place_json(Place("a.sql", 3, 5, "x")) == {"file": "a.sql", "line": 3, "column": 5, "excerpt": "x"}
