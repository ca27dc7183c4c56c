"""Which statements PostgreSQL refuses inside a transaction; a test asks real servers the same."""

from sqlmig.sql.concurrent import create_index, detach_partition, drop_index, reindex
from sqlmig.sql.reader import Reader
from sqlmig.sql.statements import Statement


def outside_transaction(s: Statement) -> str | None:
    """The words of a statement that cannot run inside a transaction, such as "CREATE INDEX CONCURRENTLY".

    Two cases cannot be told from the text. REINDEX INDEX, REINDEX TABLE and CLUSTER of a named table may run inside,
    but not when the table is partitioned: None. DROP SUBSCRIPTION may run inside once its slot is NONE, but not
    before: named.
    """
    reader = Reader(s.tokens)
    match reader.one_of("create", "drop", "reindex", "alter", "vacuum", "cluster", "discard"):
        case "create":
            return _create(s, reader)
        case "drop":
            return _drop(s, reader)
        case "reindex":
            return _reindex(s)
        case "alter":
            return _alter(s, reader)
        case "vacuum":
            return "VACUUM"
        case "cluster":
            return "CLUSTER" if _every_table(reader) else None
        case "discard":
            return "DISCARD ALL" if reader.accept("all") else None
        case _:
            return None


def _create(s: Statement, reader: Reader) -> str | None:
    if (index := create_index(s)) is not None:
        return "CREATE INDEX CONCURRENTLY" if index.keyword else None
    match reader.one_of("database", "tablespace", "subscription"):
        case "":
            return None
        case "subscription":
            options = _with(reader)
            creates_slot = options.get("create_slot", options.get("connect", True))
            return "CREATE SUBSCRIPTION" if creates_slot else None
        case kind:
            return f"CREATE {kind.upper()}"


def _drop(s: Statement, reader: Reader) -> str | None:
    if (index := drop_index(s)) is not None:
        return "DROP INDEX CONCURRENTLY" if index.keyword else None
    kind = reader.one_of("database", "tablespace", "subscription")
    return f"DROP {kind.upper()}" if kind else None


def _reindex(s: Statement) -> str | None:
    read = reindex(s)
    if read is None:
        return None
    if read.concurrently:
        return f"REINDEX {read.kind.upper()} CONCURRENTLY"
    return f"REINDEX {read.kind.upper()}" if read.kind in ("schema", "database", "system") else None


def _alter(s: Statement, reader: Reader) -> str | None:
    match reader.one_of("system", "database", "subscription", "table"):
        case "system":
            return "ALTER SYSTEM"
        case "database":
            reader.name()
            return "ALTER DATABASE ... SET TABLESPACE" if reader.accept("set", "tablespace") else None
        case "subscription":
            reader.name()
            return _alter_subscription(reader)
        case "table":
            detached = detach_partition(s)
            if detached is None or detached.mode != "concurrently":
                return None
            return "ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY"
        case _:
            return None


def _alter_subscription(reader: Reader) -> str | None:
    if reader.accept("refresh"):
        return "ALTER SUBSCRIPTION ... REFRESH"
    verb = reader.one_of("set", "add", "drop")
    if verb and reader.accept("publication"):
        refreshes = _with(reader).get("refresh", True)
        return f"ALTER SUBSCRIPTION ... {verb.upper()} PUBLICATION" if refreshes else None
    options = reader.options()
    if "failover" in options:
        return "ALTER SUBSCRIPTION ... SET (failover)"
    return None if options.get("two_phase", True) else "ALTER SUBSCRIPTION ... SET (two_phase = false)"


def _every_table(reader: Reader) -> bool:
    """Whether nothing is named behind CLUSTER and its options."""
    reader.parenthesised()
    reader.accept("verbose")
    return reader.next is None


def _with(reader: Reader) -> dict[str, bool]:
    return reader.options() if reader.skip_to("with") else {}
