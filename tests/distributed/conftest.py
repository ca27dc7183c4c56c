"""A small project with tenants, and its workers as processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from servers import Database
from shop import FILES, Shop


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Iterator[Shop]:
    with psycopg.connect(database.url, autocommit=True) as connection:
        made = Shop(tmp_path, database.url, connection)
        made.write(FILES)
        yield made
