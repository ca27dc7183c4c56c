"""How many messages a tenant takes: each of them waits for the network."""

from __future__ import annotations

from collections import Counter

import pytest

from proxy import Fate, proxy_in_front_of
from servers import Database
from shop import Shop
from sqlmig.admin import provisioning
from sqlmig.admin.snapshot import make_snapshot
from sqlmig.api import Project
from sqlmig.plan.provisioning import Source


def ready(shop: Shop, source: Source) -> None:
    shop.with_tenants("first")
    if source is not Source.REPLAY:
        make_snapshot(shop.project(), shadow_url=shop.database_url)
    if source is Source.POOL:
        provisioning.pool(shop.project(), 1)


def sent(shop: Shop, database: Database) -> tuple[Source, list[str]]:
    """The messages of making one tenant, on a connection of its own."""
    texts: list[str] = []

    def noted(text: str) -> Fate:
        texts.append(text)
        return Fate.PASS

    with proxy_in_front_of(database) as proxy:
        proxy.rule = noted
        project = Project.load(shop.folder, database_url=proxy.url, environ={})
        source = provisioning.create(project, "acme", values={}).source
    return source, texts


@pytest.mark.parametrize(("source", "most"), [(Source.REPLAY, 20), (Source.SNAPSHOT, 23), (Source.POOL, 21)])
def test_a_tenant_takes_so_many_messages_and_no_more(shop: Shop, database: Database, source: Source, most: int) -> None:
    ready(shop, source)
    made, texts = sent(shop, database)
    assert made is source
    assert len(texts) <= most, "\n".join(f"{n} {t[:100]!r}" for n, t in enumerate(texts))


def test_nothing_but_the_registry_is_asked_twice(shop: Shop, database: Database) -> None:
    ready(shop, Source.SNAPSHOT)
    _, texts = sent(shop, database)
    twice = [text for text, count in Counter(texts).items() if count > 1]
    # Before there is a row, for names that are taken; and behind it, for the id that it got.
    assert all("sqlmig_reading" in text for text in twice), twice
    assert sum("SELECT id, slug, schema_name" in text for text in texts) == 2
