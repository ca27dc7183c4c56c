from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from shop import FILES, Shop


@pytest.fixture
def shop(tmp_path: Path, database_url: str, connect: Callable[..., psycopg.Connection[Any]]) -> Shop:
    """A project with a platform and tenants, nothing applied yet."""
    made = Shop(tmp_path, database_url, connect())
    made.write(FILES)
    return made
