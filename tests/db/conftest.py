from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lanes import Yard


@pytest.fixture
def yard(tmp_path: Path, database_url: str, connect: Callable[..., psycopg.Connection[Any]]) -> Yard:
    """A history and two tenants' schemas, with nothing applied."""
    return Yard(tmp_path, database_url, connect())
