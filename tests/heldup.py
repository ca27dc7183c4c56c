"""Somebody who is in a statement's way from the moment at which it is sent: not before, or it would not be begun."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg

from proxy import Fate, proxy_in_front_of
from servers import Database

SNAPSHOT = "SELECT count(*) FROM pg_class"


@contextlib.contextmanager
def held_up(database: Database, holder: psycopg.Connection[Any], statement: str, does: str = SNAPSHOT) -> Iterator[str]:
    """A URL. When the statement is first sent through it, `holder` begins a transaction; the block's end ends it."""
    begun: list[str] = []
    with proxy_in_front_of(database) as proxy:

        def rule(text: str) -> Fate:
            if text == statement and not begun:
                begun.append(text)
                holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                holder.execute(does.encode())
            return Fate.PASS

        proxy.rule = rule
        try:
            yield proxy.url
        finally:
            holder.execute("ROLLBACK")
