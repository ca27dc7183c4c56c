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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1 s"),
        (0.2, "1 s"),
        (4.1, "5 s"),
        (59.0, "59 s"),
        (59.5, "1 min"),
        (61, "2 min"),
        (3540, "59 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_guess_is_no_finer_than_it_is_good_for(seconds, text):
    assert words.roughly(seconds) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(1480.4, "1,480/s"), (10, "10/s"), (3.24, "3.2/s"), (1, "1.0/s"), (0.5, "30/min"), (0.1, "6.0/min")],
)
def test_a_rate_is_told_in_the_unit_that_leaves_a_number_to_read(per_second, text):
    assert words.rate(per_second) == text


def test_a_rate_says_what_is_counted_where_that_is_not_targets():
    assert words.rate(12, "steps") == "12 steps/s"
    assert words.rate(0.2, "steps") == "12 steps/min"


def test_the_first_line_of_a_text_is_its_summary():
    assert words.first_line("one\ntwo") == "one"
    assert words.first_line("one") == "one"
