"""Names that mean something else from here on."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import called
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.project.model import Scope
from sqlmig.sql.expressions.calls import string_argument
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import SetParameter


@rule(Operation)
def search_path_change(operation: Operation, context: Context) -> Iterator[Flag]:
    """SET, SET LOCAL or RESET of search_path, SET SCHEMA, or set_config('search_path', ...) in a migration.

    Effect: sqlmig sets search_path to the target's schema, and every name without a schema in this file is found by it.
    After the change they mean tables of another schema, or of another tenant, or nothing.

    Instead: take it out. Name what is elsewhere with its schema; for a schema that all migrations need there is the
    key `search_path` of the configuration.

    Unless: it is the SET clause of a function, which is a good thing, or ALTER ROLE and ALTER DATABASE, which
    alter-global-config is about.
    """
    places = [call.at for call in called(operation, frozenset({"set_config"})) if _sets_it(string_argument(call, 0))]
    if isinstance(operation, SetParameter) and operation.setting.name == "search_path":
        places.append(operation.at)
    for at in places:
        own = "the tenant's own schema" if context.file.scope is Scope.TENANT else context.file.schema
        yield Flag(
            f"sqlmig runs this file with {own} first in search_path. From here on, names without a schema mean"
            " something else: another schema's tables, or nothing.",
            "Take it out: what is in the target's schema needs no schema in front, what is elsewhere gets one. Schemas"
            " that all migrations need belong in `search_path` of sqlmig.yaml.",
            at=at,
        )


def _sets_it(name: str | None) -> bool:
    return name is not None and name.lower() == "search_path"
