"""The schema of one tenant, written out in the migration of all."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.lint.written import dotted_names, is_literal, named_schemas, table_names
from sqlmig.project.model import Scope
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.routines import CreateRoutine
from sqlmig.sql.reader import Name


@file_rule()
def hardcoded_schema(file: FileContext) -> Iterator[Flag]:
    """In a migration of a tenant track, a tenant's schema or `public` written out in front of a name: in statements, in
    the bodies of functions, in foreign keys, in `'...'::regclass` and `nextval('...')`. Likewise such a schema by
    itself: in `GRANT ... ON SCHEMA`, or in the search_path of a function.

    Effect: the migration runs once per tenant, and each run goes to that one schema instead of the tenant's own. One
    tenant's tables are changed by everybody's run, and all the others are left as they were.

    Instead: leave the schema out, for sqlmig sets search_path to the tenant's; or write `{{ schema }}`, which the body
    of a function needs when it runs with another search_path.

    Unless: the schema comes from an expression of the template; it is shared (that of a shared track, of `search_path`,
    or of `lint.shared_schemas`), and so may be read; or `touches` declares the object. Functions and types of `public`
    that are only used are not counted: extensions put theirs there.
    """
    if file.file.scope is not Scope.TENANT or not file.settings.schema_per_tenant:
        return
    own = file.file.schema
    prefix = own[: own.find("_") + 1] or own
    if prefix not in file.file.text and "public" not in file.file.text:
        return
    certain = _certain(file)
    for name in dotted_names(file):
        schema = name.schema or ""
        # A table or an alias may stand in front of a dot, too: then only what certainly is a schema counts.
        suspect = schema == own or ((schema == "public" or schema.startswith(prefix)) and name.at in certain)
        if suspect and _is_meant(name, schema, file):
            yield _of_object(name)
    for name in named_schemas(file):
        if name.name.startswith(prefix) and _is_meant(name, name.name, file):
            yield Flag(
                f"Every tenant's run of this is about the schema {quote_ident(name.name)}, and none about the tenant's"
                " own.",
                "Take the schema from the template:",
                "{{ schema | ident }}",
                at=name.at,
            )


def _of_object(name: Name) -> Flag:
    own = quote_ident(name.name)
    if name.schema == "public":
        whose = "which is one for all tenants"
        instead = (
            "Leave the schema out, or take it from the template; if tenants share it on purpose, list public in"
            " `lint.shared_schemas`:"
        )
    else:
        whose, instead = "which is one tenant's", "Leave the schema out, or take it from the template:"
    return Flag(
        f"Every tenant's run of this goes to {name}, {whose}, and none to the tenant's own {own}.",
        instead,
        f"{own}\n-- or:\n{{{{ schema | ident }}}}.{own}",
        at=name.at,
    )


def _is_meant(name: Name, schema: str, file: FileContext) -> bool:
    if schema in file.settings.shared or str(name) in file.file.directives.touches:
        return False
    return is_literal(file.file, name.at, schema)


def _certain(file: FileContext) -> frozenset[int]:
    """Where names of relations stand, and of the functions that the file makes."""
    found: set[int] = set()
    for occurrence in file.occurrences:
        found.update(name.at for name in table_names(occurrence.operation))
        if isinstance(occurrence.operation, CreateRoutine):
            found.add(occurrence.operation.name.at)
    return frozenset(found)
