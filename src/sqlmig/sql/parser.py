"""One statement read into what it does."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from sqlmig.sql.operations.base import Operation, Unknown
from sqlmig.sql.parse.pieces import NotUnderstood, expect_end, refuse
from sqlmig.sql.reader import Reader
from sqlmig.sql.statements import Statement


def parse(statement: Statement) -> tuple[Operation, ...]:
    """Read a statement: at least one operation, and `Unknown` when any part of it is not understood."""
    r = Reader.of(statement)
    try:
        _check_brackets(statement)
        operations = _reader_of(r)(r)
        expect_end(r)
    except NotUnderstood as error:
        return (Unknown(reason=error.reason, at=error.at),)
    except RecursionError:
        return (Unknown(reason="it is nested too deeply", at=statement.start),)
    return operations


def _check_brackets(statement: Statement) -> None:
    """Refuse brackets that do not close each other: what is stepped over up to a closing one would be anything."""
    expected: list[str] = []
    for token in statement.tokens:
        text = token.text
        if text in _CLOSING:
            expected.append(_CLOSING[text])
        elif text in (")", "]") and (not expected or expected.pop() != text):
            raise NotUnderstood(f"this {text} closes nothing", token.start)
    if expected:
        raise NotUnderstood(f"expected '{expected[-1]}', found the end", statement.end - 1)


_CLOSING: Final = {"(": ")", "[": "]"}


def _reader_of(r: Reader) -> Callable[[Reader], tuple[Operation, ...]]:
    """The function that reads this statement; the Reader stays at its first token."""
    words = [r.word]
    ahead = 1
    if words[0] == "create":
        while r.word_ahead(ahead) in _MODIFIERS and r.word_ahead(ahead + 1):
            ahead += 1
    words += (r.word_ahead(ahead), r.word_ahead(ahead + 1), r.word_ahead(ahead + 2))
    if r.is_symbol("("):
        words = ["select"]
    for length in range(len(words), 0, -1):
        if (found := READERS.get(" ".join(words[:length]))) is not None:
            module, function = found.split(":")
            reader: Callable[[Reader], tuple[Operation, ...]] = getattr(
                import_module(f"sqlmig.sql.parse.{module}"), function
            )
            return reader
    return refuse(r, "a statement")


# Between CREATE and the word that says of what.
_MODIFIERS: Final = frozenset(
    {
        *("or", "replace", "temp", "temporary", "global", "local", "unlogged", "unique", "constraint", "recursive"),
        *("default", "trusted", "procedural"),
    }
)

# The words that a statement starts with (CREATE without its modifiers), and who reads it: the longest that fit count.
READERS: Final = {
    "alter aggregate": "objects:alter_object",
    "alter collation": "objects:alter_object",
    "alter conversion": "objects:alter_object",
    "alter database": "access:alter_database",
    "alter default privileges": "grants:alter_default_privileges",
    "alter domain": "types_and_domains:alter_domain",
    "alter event trigger": "objects:alter_object",
    "alter extension": "access:alter_extension",
    "alter foreign data wrapper": "objects:alter_object",
    "alter foreign table": "alter:alter_relation",
    "alter function": "routines:alter_routine",
    "alter group": "access:alter_role",
    "alter index": "alter:alter_relation",
    "alter language": "objects:alter_object",
    "alter large object": "objects:alter_object",
    "alter materialized view": "alter:alter_relation",
    "alter operator": "objects:alter_object",
    "alter policy": "policies:alter_policy",
    "alter procedural language": "objects:alter_object",
    "alter procedure": "routines:alter_routine",
    "alter publication": "objects:alter_object",
    "alter role": "access:alter_role",
    "alter routine": "routines:alter_routine",
    "alter rule": "objects:alter_object",
    "alter schema": "objects:alter_object",
    "alter sequence": "types_and_domains:alter_sequence",
    "alter server": "objects:alter_object",
    "alter statistics": "objects:alter_object",
    "alter subscription": "objects:alter_object",
    "alter system": "access:alter_system",
    "alter table": "alter:alter_relation",
    "alter tablespace": "objects:alter_object",
    "alter text search": "objects:alter_object",
    "alter trigger": "objects:alter_object",
    "alter type": "types_and_domains:alter_type",
    "alter user": "access:alter_role",
    "alter user mapping": "objects:alter_object",
    "alter view": "alter:alter_relation",
    "call": "routines:call",
    "comment": "objects:comment",
    "copy": "rows:copy",
    "create": "creations:create_object",
    "create domain": "types_and_domains:create_domain",
    "create extension": "access:create_extension",
    "create foreign table": "tables:create_table",
    "create function": "routines:create_routine",
    "create group": "access:create_role",
    "create index": "indexes:create_index",
    "create materialized view": "views:create_view",
    "create policy": "policies:create_policy",
    "create procedure": "routines:create_routine",
    "create role": "access:create_role",
    "create rule": "policies:create_rule",
    "create schema": "schemas:create_schema",
    "create sequence": "types_and_domains:create_sequence",
    "create table": "tables:create_table",
    "create trigger": "policies:create_trigger",
    "create type": "types_and_domains:create_type",
    "create user": "access:create_role",
    "create user mapping": "creations:create_object",
    "create view": "views:create_view",
    "delete": "rows:delete",
    "do": "routines:do",
    "drop": "objects:drop_object",
    "drop aggregate": "routines:drop_routine",
    "drop foreign table": "tables:drop_table",
    "drop function": "routines:drop_routine",
    "drop index": "indexes:drop_index",
    "drop owned": "access:drop_owned",
    "drop policy": "policies:drop_policy",
    "drop procedure": "routines:drop_routine",
    "drop routine": "routines:drop_routine",
    "drop schema": "access:drop_schema",
    "drop table": "tables:drop_table",
    "drop trigger": "policies:drop_trigger",
    "grant": "grants:grant",
    "import foreign schema": "foreign_data:import_foreign_schema",
    "insert": "rows:insert",
    "merge": "rows:merge",
    "reassign owned": "access:reassign_owned",
    "refresh": "views:refresh",
    "reindex": "indexes:reindex",
    "revoke": "grants:revoke",
    "security label": "objects:security_label",
    "select": "rows:select",
    "table": "rows:select",
    "truncate": "rows:truncate",
    "update": "rows:update",
    "values": "rows:select",
    "with": "rows:with_",
    # maintenance, and the session
    "analyse": "maintenance:analyze",
    "analyze": "maintenance:analyze",
    "cluster": "maintenance:cluster",
    "explain": "explain:explain",
    "lock": "maintenance:lock",
    "reset": "session:reset",
    "set": "session:set_",
    "vacuum": "maintenance:vacuum",
    "abort": "session:transaction_control",
    "begin": "session:transaction_control",
    "commit": "session:transaction_control",
    "end": "session:transaction_control",
    "prepare transaction": "session:transaction_control",
    "release": "session:transaction_control",
    "rollback": "session:transaction_control",
    "savepoint": "session:transaction_control",
    "start": "session:transaction_control",
    "checkpoint": "session:command",
    "close": "session:command",
    "deallocate": "session:command",
    "declare": "session:command",
    "discard": "session:command",
    "execute": "session:command",
    "fetch": "session:command",
    "listen": "session:command",
    "load": "session:command",
    "move": "session:command",
    "notify": "session:command",
    "prepare": "session:command",
    "show": "session:command",
    "unlisten": "session:command",
}
