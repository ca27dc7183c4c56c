"""The grants of a snapshot: what has to be given and taken where default privileges do not do it already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlmig.catalog.snapshot_text import IDENT, escaped
from sqlmig.db.composing import text_of
from sqlmig.db.session import Session


class Grantee(NamedTuple):
    """Who has something on what; sorted as the statements are."""

    kind: str
    """TABLE, SEQUENCE, ROUTINE, TYPE, SCHEMA, or DEFAULT for default privileges."""
    name: str
    """The object, quoted; of default privileges the kind of objects."""
    detail: str
    """The column, or the role whose default privileges they are; empty for none, and for the owner."""
    role: str
    """Quoted; CURRENT_USER for the object's owner."""
    grantable: bool


@dataclass(frozen=True, slots=True)
class Grants:
    """What everybody has in a schema."""

    privileges: dict[Grantee, frozenset[str]]
    whole: dict[Grantee, frozenset[str]]
    """What ALL PRIVILEGES means there: servers differ in it."""


def read_grants(session: Session, schema: str) -> Grants:
    """The grants of a schema and of all in it.

    Raises:
        ServerRefused: the server refused.
    """
    # The query moves the search path, and the block gives it back.
    with session.reading():
        session.set_local({"search_path": "pg_catalog"})
        rows = session.rows(text_of("snapshot_grants"), {"schema": schema})
    found = [(Grantee(*row[:5]), frozenset(row[5]), frozenset(row[6])) for row in rows]
    return Grants({who: held for who, held, _ in found}, {who: whole for who, _, whole in found})


def grant_statements(have: Grants, want: Grants) -> tuple[str, ...]:
    """The statements, as templates, that make of one schema's grants another's; what is taken comes first."""
    return (*_revokes(have, want), *_grants(have, want))


def _revokes(have: Grants, want: Grants) -> Iterator[str]:
    for who in sorted(have.privileges):
        extra = have.privileges[who] - want.privileges.get(who, frozenset())
        # Where the right stays, and only may no longer be handed on, the option alone goes.
        kept = want.privileges.get(who._replace(grantable=False), frozenset()) if who.grantable else frozenset()
        for privileges, option in ((extra & kept, "GRANT OPTION FOR "), (extra - kept, "")):
            if privileges and not (not who.grantable and privileges <= _grantable(want, who)):
                yield _statement(f"REVOKE {option}", who, privileges, have.whole[who], "FROM", "")


def _grants(have: Grants, want: Grants) -> Iterator[str]:
    for who in sorted(want.privileges):
        missing = want.privileges[who] - have.privileges.get(who, frozenset())
        if missing:
            option = " WITH GRANT OPTION" if who.grantable else ""
            yield _statement("GRANT ", who, missing, want.whole[who], "TO", option)


def _grantable(grants: Grants, who: Grantee) -> frozenset[str]:
    return grants.privileges.get(who._replace(grantable=True), frozenset())


def _statement(
    verb: str, who: Grantee, privileges: Iterable[str], whole: frozenset[str], word: str, option: str
) -> str:
    given = frozenset(privileges)
    said = "ALL" if given == whole else ", ".join(sorted(given))
    if who.kind == "DEFAULT":
        role = f"FOR ROLE {who.detail} " if who.detail else ""
        lead = escaped(f"ALTER DEFAULT PRIVILEGES {role}IN SCHEMA ")
        return f"{lead}{IDENT} {escaped(f'{verb}{said} ON {who.name} {word} {who.role}{option}')}"
    if who.kind == "SCHEMA":
        return f"{verb}{said} ON SCHEMA {IDENT} {word} {escaped(who.role)}{option}"
    columns = f" ({who.detail})" if who.detail else ""
    said = ", ".join(f"{one}{columns}" for one in sorted(given)) if columns else said
    return escaped(f"{verb}{said} ON {who.kind} {who.name} {word} {who.role}{option}")
