"""What tests see of a queue: procrastinate's own tables, read past sqlmig."""

from __future__ import annotations

from shop import Shop


def states(shop: Shop, queue_schema: str = "sqlmig_queue") -> dict[object, object]:
    """How the job of each schema stands, in procrastinate's words; of several jobs, the newest."""
    rows = shop.sql(f"SELECT args->>'schema', status::text FROM {queue_schema}.procrastinate_jobs ORDER BY id")
    return {row[0]: row[1] for row in rows}


def jobs(shop: Shop) -> int:
    """How many jobs there are, whatever became of them."""
    [[count]] = shop.sql("SELECT count(*) FROM sqlmig_queue.procrastinate_jobs")
    assert isinstance(count, int)
    return count


def schemas(shop: Shop) -> set[object]:
    """The schemas of the database that are nobody's of PostgreSQL."""
    return {row[0] for row in shop.sql("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$'")}


def times_applied(shop: Shop, version: int) -> dict[object, object]:
    """By schema, how often the log says that a version was applied."""
    rows = shop.sql(
        "SELECT schema_name, count(*) FROM sqlmig.log WHERE version = %s AND outcome = 'done' AND track = 'tenant'"
        " GROUP BY 1",
        version,
    )
    return {row[0]: row[1] for row in rows}
