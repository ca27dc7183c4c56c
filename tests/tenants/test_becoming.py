"""What a restore leaves as it is in the registry, and says so."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pytest

from sqlmig.tenants.becoming import kept_columns

DAY = datetime.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        ({"id": 1, "tier": "trial"}, {"id": 1, "tier": "trial"}, []),
        ({"tier": "pro", "name": "A", "paid": True}, {"tier": "trial", "name": "B", "paid": True}, ["name", "tier"]),
        ({"since": DAY}, {"since": "2026-11-21"}, []),
        ({"slug": "apex", "schema": "tenant_apex"}, {"slug": "acme", "schema": "tenant_acme"}, []),
        ({"tier": "trial", "new": 1}, {"tier": "trial", "old": 2}, []),
    ],
    ids=["the same", "two differ", "a value that JSON has as text", "names", "columns that only one of them has"],
)
def test_which_columns_differ(now: Mapping[str, Any], then: Mapping[str, Any], expected: list[str]) -> None:
    assert kept_columns(now, then) == expected
