"""Timeouts as SET takes them: a file may say `SET lock_timeout = 5000`, which no configuration may."""

from __future__ import annotations

import pytest

from sqlmig.lint.patience import limit_of


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [
        ("0", 0),
        ("5000", 5000),
        ("5s", 5000),
        (" 5 s ", 5000),
        ("1.5min", 90_000),
        (".5s", 500),
        ("1h", 3_600_000),
        ("1d", 86_400_000),
        ("250us", 0),
        ("9" * 400, 0),
        ("app", 0),
        ("-1", 0),
        ("5 seconds", 0),
        ("", 0),
    ],
)
def test_a_timeout_is_read_as_the_server_reads_it(written: str, milliseconds: int):
    assert limit_of(written) == milliseconds
