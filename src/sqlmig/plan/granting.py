"""Statements that give rights: plain SQL for any client, to be run as often as one likes. Nothing executes it here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlmig.sql.identifiers import quote_ident, quote_literal


def make_role(name: str, options: str) -> str:
    """Make a role where it is missing.

    Args:
        name: the role's name.
        options: as CREATE ROLE takes them.
    """
    return block(
        f"IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {quote_literal(name)}) THEN",
        f"    CREATE ROLE {quote_ident(name)} {options}".rstrip() + ";",
        "END IF;",
    )


def refuse_mightier(roles: Sequence[str], unless: Mapping[str, str]) -> str:
    """Fail when one of the roles may more than what it was given.

    Args:
        roles: those that were perhaps there before.
        unless: columns of pg_roles, each with the role for which it may be true.
    """
    columns = (
        f"{column} AND rolname <> {quote_literal(unless[column])}" if column in unless else column for column in _MIGHT
    )
    return block(
        "IF EXISTS (",
        "    SELECT FROM pg_catalog.pg_roles",
        f"    WHERE rolname IN ({', '.join(map(quote_literal, roles))})",
        f"        AND ({' OR '.join(columns)})",
        ") THEN",
        "    RAISE EXCEPTION 'one of these roles may more than it needs' USING HINT =",
        "        'ALTER ROLE ... NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION, or name another one.';",
        "END IF;",
    )


def join(role: str, member: str) -> str:
    """Make a role a member of another one: what the other may, it may, and it may become it."""
    return _membership(role, member, "INHERIT TRUE, SET TRUE")


def join_to_become(role: str, member: str) -> str:
    """Let a role become another one by SET ROLE; what the other may, it may only then, where the server knows that."""
    return _membership(role, member, "INHERIT FALSE, SET TRUE")


def on_database(statement: str, *names: str) -> str:
    """A line of a block that runs a statement on the database at hand, whose name nobody knows before.

    Args:
        statement: with %I for the database, and for each of the names.
        names: of roles.
    """
    arguments = "".join(f", {quote_literal(name)}" for name in names)
    return f"EXECUTE pg_catalog.format('{statement}', pg_catalog.current_database(){arguments});"


def borrow(roles: Iterable[str]) -> str:
    """Make whoever runs this a member of some roles, unless that makes no difference."""
    return _of_current_user("GRANT %I TO %I", roles)


def give_back(roles: Iterable[str]) -> str:
    """The end of what was borrowed."""
    return _of_current_user("REVOKE %I FROM %I", roles)


def if_allowed(statement: str) -> str:
    """Run a statement, or warn that it takes more rights."""
    return block(
        f"    {statement}",
        "EXCEPTION WHEN insufficient_privilege THEN",
        "    RAISE WARNING '%', SQLERRM;",
        indent="",
    )


def block(*lines: str, indent: str = "    ") -> str:
    """A DO block of some lines."""
    body = "\n".join(f"{indent}{line}" for line in lines)
    tag = "$do$"
    while tag in body:
        # A role may have any name.
        tag = f"{tag[:-1]}_$"
    return f"DO {tag}\nBEGIN\n{body}\nEND\n{tag};"


_MIGHT: Final = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")


def _membership(role: str, member: str, options: str) -> str:
    """From PostgreSQL 16 on GRANT alone leaves the options of a membership that was there before as they are.

    Who makes a role has one without either.
    """
    grant = f"GRANT {quote_ident(role)} TO {quote_ident(member)}"
    return block(
        "EXECUTE CASE",
        "    WHEN pg_catalog.current_setting('server_version_num')::integer < 160000",
        f"    THEN {quote_literal(grant)}",
        f"    ELSE {quote_literal(f'{grant} WITH {options}')}",
        "END;",
    )


def _of_current_user(statement: str, roles: Iterable[str]) -> str:
    return block(
        "IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN",
        *(
            line
            for role in roles
            for line in (
                f"    IF current_user <> {quote_literal(role)} THEN",
                f"        EXECUTE pg_catalog.format('{statement}', {quote_literal(role)}, current_user);",
                "    END IF;",
            )
        ),
        "END IF;",
    )
