"""What stands in a schema, in one form for the server's catalog and for the replayed state: plain values to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sessions import Connection
from sqlmig.sql.definitions import Check, Exclude, ForeignKey, Generated, Identity, TypeName, Unique
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.tables import Firing, Persistence
from sqlmig.sql.schema.objects import CompositeType, Domain, EnumType
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.schema.tables import Table, TableConstraint

Facts = dict[str, dict[str, Any]]
"""By kind of object, and by name."""

# --- the server ---


def on_server(connection: Connection, schemas: Iterable[str]) -> Facts:
    """What the catalog says of these schemas."""
    wanted = ", ".join(map(quote_literal, schemas))
    with connection.transaction():
        # With nothing in the path, every name that the server prints has its schema.
        connection.execute("SET LOCAL search_path = ''")
        version = connection.info.server_version // 10000
        queries = QUERIES | (QUERIES_18 if version >= 18 else {})
        return {
            kind: dict(map(_fact, connection.execute(query.replace("SCHEMAS", wanted))))
            for kind, query in queries.items()
        }


def _fact(row: Any) -> tuple[str, Any]:
    name, *values = row
    return name, tuple(tuple(value) if isinstance(value, list) else value for value in values)


QUERIES: Mapping[str, str] = {
    "tables": """
        SELECT format('%I.%I', n.nspname, r.relname), r.relkind::text, r.relpersistence::text, r.relrowsecurity,
            r.relforcerowsecurity, (SELECT array_agg(inhparent::regclass::text ORDER BY inhseqno)
                FROM pg_inherits WHERE inhrelid = r.oid)
        FROM pg_class r JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind IN ('r', 'p', 'f') AND nspname IN (SCHEMAS)""",
    "columns": """
        SELECT format('%I.%I %I', n.nspname, r.relname, attname), format_type(atttypid, atttypmod), attnotnull,
            atthasdef AND attgenerated = '' , attidentity::text, attgenerated::text
        FROM pg_class r JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute ON attrelid = r.oid
        WHERE relkind IN ('r', 'p', 'f') AND nspname IN (SCHEMAS) AND attnum > 0 AND NOT attisdropped""",
    "constraints": """
        SELECT format('%I.%I %I', n.nspname, r.relname, conname), contype::text, convalidated, condeferrable,
            CASE WHEN contype IN ('p', 'u', 'f') THEN
                ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k (attnum, place)
                    JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.attnum ORDER BY place) END,
            CASE contype WHEN 'f' THEN confrelid::regclass::text END,
            CASE contype WHEN 'f' THEN
                ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k (attnum, place)
                    JOIN pg_attribute a ON a.attrelid = confrelid AND a.attnum = k.attnum ORDER BY place) END
        FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE contype IN ('c', 'f', 'p', 'u', 'x') AND nspname IN (SCHEMAS)
            -- A key that points to a partitioned table is there once more for each of its partitions.
            AND NOT EXISTS (SELECT FROM pg_constraint a WHERE a.oid = c.conparentid AND a.conrelid = c.conrelid)""",
    "indexes": """
        SELECT format('%I.%I', n.nspname, i.relname), indrelid::regclass::text, indisunique, indisprimary,
            indisvalid, amname::text, indpred IS NOT NULL, indnkeyatts::int, indnatts::int,
            ARRAY(SELECT attname::text FROM unnest(indkey) WITH ORDINALITY k (attnum, place)
                LEFT JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = k.attnum AND k.attnum > 0
                ORDER BY place),
            (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = i.oid)
        FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
            JOIN pg_am ON pg_am.oid = relam
        WHERE nspname IN (SCHEMAS)""",
    "policies": """
        SELECT format('%I.%I %I', n.nspname, r.relname, polname), polcmd::text, polpermissive,
            ARRAY(SELECT CASE o WHEN 0 THEN 'public' ELSE pg_get_userbyid(o)::text END FROM unnest(polroles) o),
            polqual IS NOT NULL, polwithcheck IS NOT NULL
        FROM pg_policy JOIN pg_class r ON r.oid = polrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE nspname IN (SCHEMAS)""",
    "triggers": """
        SELECT format('%I.%I %I', n.nspname, r.relname, tgname), format('%I.%I', fn.nspname, proname), tgenabled::text
        FROM pg_trigger JOIN pg_class r ON r.oid = tgrelid JOIN pg_namespace n ON n.oid = r.relnamespace
            JOIN pg_proc p ON p.oid = tgfoid JOIN pg_namespace fn ON fn.oid = pronamespace
        WHERE NOT tgisinternal AND n.nspname IN (SCHEMAS)""",
    "rules": """
        SELECT format('%I.%I %I', n.nspname, r.relname, rulename), is_instead
        FROM pg_rewrite w JOIN pg_class r ON r.oid = ev_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind <> 'v' AND relkind <> 'm' AND nspname IN (SCHEMAS)""",
    "views": """
        SELECT format('%I.%I', n.nspname, r.relname), r.relkind::text, relispopulated,
            ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 ORDER BY attnum)
        FROM pg_class r JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind IN ('v', 'm') AND nspname IN (SCHEMAS)""",
    "sequences": """
        SELECT format('%I.%I', n.nspname, r.relname),
            (SELECT format('%s %I', refobjid::regclass, attname) FROM pg_depend d
                JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
                WHERE d.objid = r.oid AND deptype IN ('a', 'i') AND refclassid = 'pg_class'::regclass)
        FROM pg_class r JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind = 'S' AND nspname IN (SCHEMAS)""",
    "routines": """
        SELECT format('%I.%I(%s)', n.nspname, proname, (SELECT string_agg(format_type(t, NULL), ', ' ORDER BY place)
                FROM unnest(proargtypes) WITH ORDINALITY a (t, place))),
            prokind::text, prosecdef, provolatile::text, proisstrict,
            ARRAY(SELECT split_part(setting, '=', 1) FROM unnest(proconfig) setting)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
        WHERE prokind IN ('f', 'p') AND nspname IN (SCHEMAS)""",
    "enums": """
        SELECT format('%I.%I', n.nspname, typname), ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid
            ORDER BY enumsortorder)
        FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE typtype = 'e' AND nspname IN (SCHEMAS)""",
    "domains": """
        SELECT format('%I.%I', n.nspname, typname), format_type(typbasetype, typtypmod), typnotnull,
            ARRAY(SELECT conname || CASE WHEN convalidated THEN '' ELSE ' not valid' END FROM pg_constraint
                WHERE contypid = t.oid AND contype = 'c' ORDER BY conname)
        FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE typtype = 'd' AND nspname IN (SCHEMAS)""",
    "composites": """
        SELECT format('%I.%I', n.nspname, r.relname), ARRAY(SELECT attname || ' ' || format_type(atttypid, atttypmod)
            FROM pg_attribute WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)
        FROM pg_class r JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'c' AND nspname IN (SCHEMAS)""",
}  # fmt: skip

QUERIES_18: Mapping[str, str] = {
    "not null": """
        SELECT format('%I.%I %I', n.nspname, r.relname, conname), convalidated
        FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE contype = 'n' AND nspname IN (SCHEMAS)""",
}

# --- the state ---


def in_state(state: SchemaState, schemas: Iterable[str]) -> Facts:
    """What the state says of these schemas, in the words of the catalog."""
    wanted = frozenset(schemas)
    tables = [table for table in state.tables.values() if table.name.schema in wanted]
    facts: Facts = {
        "tables": {str(table.name): _table(table) for table in tables},
        "columns": {
            f"{table.name} {quote_ident(column.name)}": _column(column) for table in tables for column in table.columns
        },
        "constraints": {
            f"{table.name} {quote_ident(constraint.name)}": _constraint(constraint)
            for table in tables
            for constraint in table.constraints
        },
        "indexes": {str(index.name): _index(index) for index in state.indexes.values() if index.name.schema in wanted},
        "policies": {
            f"{table.name} {quote_ident(policy.name)}": _policy(policy) for table in tables for policy in table.policies
        },
        "triggers": {
            f"{table.name} {quote_ident(trigger.name)}": (str(trigger.function), _FIRING[trigger.firing])
            for table in tables
            for trigger in table.triggers
        },
        "rules": {
            f"{table.name} {quote_ident(rule.name)}": (rule.instead,) for table in tables for rule in table.rules
        },
        "views": {
            str(view.name): ("m" if view.materialized else "v", view.populated, view.columns)
            for view in state.views.values()
            if view.name.schema in wanted
        },
        "sequences": {
            str(sequence.name): (sequence.owned_by and f"{sequence.owned_by[0]} {quote_ident(sequence.owned_by[1])}",)
            for sequence in state.sequences.values()
            if sequence.name.schema in wanted
        },
        "routines": {
            f"{name}({', '.join(_plain(found) for found in routine.argument_types)})": (
                "p" if routine.kind is Kind.PROCEDURE else "f",
                routine.security_definer,
                routine.volatility[0],
                routine.strict,
                tuple(setting.name for setting in routine.settings),
            )
            for name, routines in state.routines.items()
            if name.schema in wanted
            for routine in routines
        },
        "enums": {},
        "domains": {},
        "composites": {},
        "not null": {
            f"{table.name} {quote_ident(column.not_null_name)}": (column.not_null,)
            for table in tables
            for column in table.columns
            if column.not_null_name is not None
        },
    }
    for type_ in state.types.values():
        if type_.name.schema not in wanted:
            continue
        match type_:
            case EnumType():
                facts["enums"][str(type_.name)] = (type_.labels,)
            case Domain():
                constraints = sorted(found.name + ("" if found.valid else " not valid") for found in type_.constraints)
                facts["domains"][str(type_.name)] = (shown(type_.type), type_.not_null, tuple(constraints))
            case CompositeType():
                attributes = (f"{found.name} {shown(found.type)}" for found in type_.attributes or ())
                facts["composites"][str(type_.name)] = (tuple(attributes),)
    return facts


def _table(table: Table) -> Any:
    kind = "p" if table.partition_by is not None else "f" if table.foreign else "r"
    persistence = {Persistence.PERMANENT: "p", Persistence.UNLOGGED: "u", Persistence.TEMPORARY: "t"}
    parents = tuple(map(str, table.parents)) or None
    return kind, persistence[table.persistence], table.row_security, table.forced_row_security, parents


def _column(column: Any) -> Any:
    serial = column.sequence is not None and column.identity is None
    return (
        shown(column.type),
        column.not_null or column.not_null_name is not None,
        column.default is not None or serial,
        {None: "", Identity.ALWAYS: "a", Identity.BY_DEFAULT: "d"}[column.identity],
        {None: "", Generated.STORED: "s", Generated.VIRTUAL: "v"}[column.generated],
    )


def _constraint(constraint: TableConstraint) -> Any:
    match constraint.definition:
        case Check():
            return "c", constraint.valid, False, None, None, None
        case Unique(primary=primary, deferrable=deferrable):
            return "p" if primary else "u", constraint.valid, deferrable, constraint.columns, None, None
        case ForeignKey(references=references, referenced_columns=columns, deferrable=deferrable):
            return "f", constraint.valid, deferrable, constraint.columns, str(references), columns
        case Exclude(deferrable=deferrable):
            return "x", constraint.valid, deferrable, None, None, None
        case _:
            raise AssertionError(constraint)


def _index(index: Any) -> Any:
    return (
        str(index.table),
        index.unique,
        index.primary,
        index.valid,
        index.method,
        index.where is not None,
        len(index.elements),
        len(index.elements) + len(index.include),
        (*index.columns, *index.include),
        None if index.parent is None else str(index.parent),
    )


_COMMANDS = {"all": "*", "select": "r", "insert": "a", "update": "w", "delete": "d"}
_FIRING = {Firing.ENABLE: "O", Firing.DISABLE: "D", Firing.REPLICA: "R", Firing.ALWAYS: "A"}


def _policy(policy: Any) -> Any:
    return (
        _COMMANDS[policy.command],
        policy.permissive,
        policy.roles,
        policy.using is not None,
        policy.with_check is not None,
    )


def _plain(type_name: TypeName) -> str:
    """A type as it tells one routine from another, without its modifiers."""
    return shown(type_name.replaced(modifiers=())) or ""


def shown(type_name: TypeName | None) -> str | None:
    """A type as format_type writes it."""
    if type_name is None:
        return None
    modifiers = ",".join(type_name.modifiers)
    name = _TYPES.get(type_name.builtin or (type_name.name if type_name.schema in (None, "pg_catalog") else ""))
    if name is None:
        name = quote_ident(type_name.name) + (f"({modifiers})" if modifiers else "")
        if type_name.schema not in (None, "pg_catalog"):
            name = f"{quote_ident(type_name.schema or '')}.{name}"
    elif " " in name and name.split()[0] in ("timestamp", "time"):
        first, _, rest = name.partition(" ")
        name = f"{first}({modifiers}) {rest}" if modifiers else name
    elif modifiers:
        name = f"{name}({modifiers})"
    return name + "[]" * bool(type_name.dimensions)


_TYPES = {
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "bpchar": "character",
    "varbit": "bit varying",
    "bit": "bit",
    "numeric": "numeric",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "interval": "interval",
}


def differences(server: Facts, state: SchemaState, schemas: Iterable[str]) -> list[str]:
    """What one has and the other has not, or has otherwise, in lines. What the state does not know, it may not have."""
    replayed = in_state(state, schemas)
    incomplete = tuple(f"{table.name} " for table in state.tables.values() if not table.complete)
    found = []
    for kind, there in server.items():
        here = replayed[kind]
        found += [
            f"{kind}: {name} is missing: {there[name]}"
            for name in there.keys() - here.keys()
            if not name.startswith(incomplete)
        ]
        found += [f"{kind}: {name} is not there: {here[name]}" for name in here.keys() - there.keys()]
        found += [
            f"{kind}: {name} is {there[name]}, not {here[name]}"
            for name in there.keys() & here.keys()
            if not _agree(there[name], here[name])
        ]
    return sorted(found)


def _agree(there: Any, here: Any) -> bool:
    """Whether two facts agree; None in the state is what it does not know."""
    return len(there) == len(here) and all(map(_same, there, here))


def _same(theirs: Any, mine: Any) -> bool:
    # Of a type that an extension made, the state has only the name that is written.
    return mine in (None, theirs) or (isinstance(theirs, str) and isinstance(mine, str) and theirs.endswith(f".{mine}"))
