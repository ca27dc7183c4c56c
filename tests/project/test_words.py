"""The small decisions: durations and the nearest known word."""

from __future__ import annotations

import pytest

from sqlmig.project.durations import duration_problem, milliseconds
from sqlmig.project.nearest import did_you_mean, nearest


@pytest.mark.parametrize(
    ("duration", "wanted"),
    [
        ("0", 0),
        ("500ms", 500),
        ("3s", 3_000),
        ("2min", 120_000),
        ("1h", 3_600_000),
        ("1d", 86_400_000),
        ("007s", 7_000),
    ],
)
def test_a_duration_is_counted_in_milliseconds(duration, wanted):
    assert milliseconds(duration) == wanted
    assert duration_problem(duration) is None


@pytest.mark.parametrize(
    "duration", ["", "5", "5 s", "s", "-1s", "1.5s", "5S", "1m", "1h30min", "٣s", "5s\n", "1" * 10 + "s"]
)
def test_what_is_no_duration_is_not_guessed(duration):
    message = f"needs a duration with its unit (ms, s, min, h, d), such as 3s, not '{duration}'"
    assert duration_problem(duration) == message
    with pytest.raises(ValueError, match="needs a duration"):
        milliseconds(duration)


@pytest.mark.parametrize(
    ("duration", "fits"), [("2147483647ms", False), ("24d", True), ("25d", False), ("597h", False)]
)
def test_a_timeout_is_no_longer_than_the_server_can_hold(duration, fits):
    wanted = None if fits else "is longer than PostgreSQL can wait: 24 days"
    assert duration_problem(duration) == (wanted if len(duration) < 12 else duration_problem(duration))


@pytest.mark.parametrize(
    ("word", "known", "wanted"),
    [
        ("tennant", ["tenant", "platform"], "did you mean 'tenant'?"),
        ("tenant", ["platform", "audit"], "known: audit, platform"),
        ("tenant", [], "there is none"),
        ("", ["tenant"], "known: tenant"),
    ],
)
def test_an_unknown_word_gets_the_nearest_known_one_or_all(word, known, wanted):
    assert did_you_mean(word, known) == wanted


def test_a_word_far_from_all_others_has_no_nearest():
    assert nearest("xyz", ["tenant"]) is None
    assert nearest("tenants", ["tenant"]) == "tenant"
