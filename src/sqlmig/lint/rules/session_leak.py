"""What outlives the transaction, in a session that serves the next target."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import called
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.expressions.calls import string_argument
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.session import (
    Lifetime,
    SessionCommand,
    SetParameter,
    SetRole,
    SetSessionAuthorization,
)

_COMMANDS = frozenset(
    {"discard all", "discard temp", "discard temporary", "discard plans", "listen", "load", "prepare"}
)


@rule(Operation)
def session_leak(operation: Operation, context: Context) -> Iterator[Flag]:
    """SET without LOCAL, SET ROLE, set_config(..., false), RESET ALL, DISCARD, LISTEN: what outlives the transaction.

    Effect: the runner's connection serves many targets. What a migration leaves behind in it is there for the next
    tenant. sqlmig settles its own session and tidies up, but a pooler in front of the server does not.

    Instead: SET LOCAL, which ends with the transaction.

    Unless: a change of search_path, which search-path-change is about.
    """
    match operation:
        case SetParameter(lifetime=Lifetime.SESSION, setting=setting) if setting.name not in ("search_path", "all"):
            message = (
                f"{setting.name} stays as it is set here for whatever this session does next, in another tenant too."
            )
            if setting.values is None:
                yield Flag(message, "Take it out: what SET LOCAL set ends with the transaction.")
            else:
                yield Flag(message, *_instead(context, setting.name))
        case SetParameter(setting=setting) if setting.name == "all":
            yield Flag("RESET ALL takes the runner's own settings away.", "Take it out, or reset one by name.")
        case SetRole(lifetime=Lifetime.SESSION, role=role) if role is not None:
            yield Flag(
                f"The session goes on as {role} after this file.",
                "End it with the transaction:",
                f"SET LOCAL ROLE {role};",
            )
        case SetSessionAuthorization(role=role) if role is not None:
            yield Flag(
                f"The session goes on as {role} after this file.",
                "Change the role for this transaction only:",
                f"SET LOCAL ROLE {role};",
            )
        case SessionCommand(command=command) if command in _COMMANDS:
            yield Flag(
                f"{command.upper()} changes the runner's session, which serves other tenants next.", "Take it out."
            )
    for call in called(operation, frozenset({"set_config"})):
        local = call.arguments[2].text.lower() if len(call.arguments) > 2 else ""
        if local in ("false", "'f'", "'false'", "'off'") and string_argument(call, 0) != "search_path":
            name = string_argument(call, 0) or "the setting"
            yield Flag(
                f"set_config(..., false) leaves {name} set for whatever this session does next.",
                "Give true as its third argument: it then ends with the transaction.",
                at=call.at,
            )


def _instead(context: Context, name: str) -> tuple[str, str]:
    if context.file.transaction:
        return "End it with the transaction:", _local(context)
    without = "This file has no transaction that would end it."
    if name in ("lock_timeout", "statement_timeout"):
        return f"{without} Say it at the head of the file:", _directive(context, name)
    return f"{without} Reset it at the end of the file:", f"RESET {name};"


def _directive(context: Context, name: str) -> str:
    operation = context.occurrence.operation
    values = operation.setting.values if isinstance(operation, SetParameter) else None
    return f"-- sqlmig: {name} {', '.join(values or ())}"


def _local(context: Context) -> str:
    session = context.rewritten("SET SESSION", "SET LOCAL")
    return session if session.upper().startswith("SET LOCAL") else context.rewritten("SET", "SET LOCAL")
