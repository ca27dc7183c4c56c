"""What a backup says of one tenant, said of another: the rows' tenant column, definitions, the history's rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmig.backups.failures import BackupFailed
from sqlmig.db.composing import compose, text_of
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Session
from sqlmig.project.checksums import rendered_checksum
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script, Tenant
from sqlmig.sql.identifiers import quote_ident, quote_literal


@dataclass(frozen=True, slots=True)
class Rekey:
    """Whose rows become whose."""

    column: str
    """The one that says whose a row is."""
    old: str
    """The id that the tenant had in the backup."""
    new: str


def rekey_rows(session: Session, schema: str, rekey: Rekey) -> list[str]:
    """Gives the rows of a schema to another tenant, table by table; notes on what was done.

    It has its place behind the rows and before what stands on them: there are no triggers, foreign keys, indexes and
    policies yet, so that nothing fires, and no row is hidden.

    Args:
        session: in the restore's transaction.
        schema: where the rows are.
        rekey: whose they become; rows of others and those without a tenant stay as they are.

    Raises:
        BackupFailed: the server refuses it, such as where no partition is for the new id.
    """
    changed, others = [], []
    for (table,) in session.rows(text_of("backup_tenant_column"), {"schema": schema, "column": rekey.column}):
        names = {"schema": schema, "table": table, "column": rekey.column}
        asked = compose(_WHOSE, **names)
        [(its, of_others)] = session.rows(asked, {"old": rekey.old})
        if its:
            try:
                session.run(compose(_GIVE, **names), {"old": rekey.old, "new": rekey.new})
            except ServerRefused as error:
                raise BackupFailed(
                    f"the rows of {table} cannot be given to the tenant with id {rekey.new}: {error.said.message}",
                    state="everything was rolled back: nothing was changed",
                    next=f"{rekey.column} cannot be changed there; restore the tenant under its own name",
                ) from error
            changed.append(table)
        if of_others:
            others.append(table)
    notes = []
    if changed:
        some = f"{len(changed)} tables" if len(changed) > 1 else f"table {changed[0]}"
        notes.append(f"{rekey.column} of the rows in {some} is {rekey.new} now; it was {rekey.old}")
    if others:
        some = ", ".join(others[:_NAMED]) + (f" and {len(others) - _NAMED} more" if len(others) > _NAMED else "")
        notes.append(f"rows of {some} have another {rekey.column} than {rekey.old}, and keep it")
    return notes


_NAMED = 5
_WHOSE = """
SELECT coalesce(bool_or({column}::pg_catalog.text = %(old)s), false),
       coalesce(bool_or({column}::pg_catalog.text <> %(old)s), false)
FROM {schema}.{table}"""
_GIVE = "UPDATE {schema}.{table} SET {column} = %(new)s WHERE {column}::pg_catalog.text = %(old)s"


def rename_in_functions(session: Session, schema: str, former: str) -> None:
    """Writes functions anew whose text or settings have the schema's former name: that of another tenant, maybe."""
    for row in session.rows(text_of("backup_functions"), {"schema": schema, "former": former}):
        session.run(renamed_in(str(row[0]), former, schema))


def rekeyed(rows: Mapping[str, Any], files: ProjectFiles, tenant: Tenant) -> dict[str, Any]:
    """The history's rows for another tenant: its key, its schema, and what its files render to. Its log is its own."""
    moved = {name: [{**row, "target": tenant.id} for row in rows[name]] for name in ("target", "applied", "repeatable")}
    moved["target"] = [{**row, "schema_name": tenant.schema} for row in moved["target"]]
    scripts = _scripts(files)
    for row in (*moved["applied"], *moved["repeatable"]):
        script = scripts.get(row["checksum"])
        if script is not None:
            text = files.templates.render(script, files.scope(tenant.schema, tenant)).text
            row["rendered"] = f"\\x{rendered_checksum(text)}"
    progress = [{**row, "target": tenant.id} for row in rows["progress"]]
    return {**moved, "progress": progress, "script": rows["script"], "log": []}


def _scripts(files: ProjectFiles) -> dict[str, Script]:
    """The files of tenant tracks by their checksum, as the history writes it."""
    found = [m.up for track in files.tenant_tracks for m in track.migrations]
    found += [r.script for track in (*files.tenant_tracks, *files.parts_of_kinds) for r in track.repeatables]
    return {f"\\x{script.checksum}": script for script in found}


def renamed_in(text: str, former: str, name: str) -> str:
    """A definition with one schema's name in place of another's, in its code as in its strings."""
    literal, bare = quote_literal(former), quote_ident(former)
    before, behind = (r"(?<![\w$])", r"(?![\w$])") if bare == former else ("", "")
    # The server writes what it knows by number with the new name already; that may begin like the former one.
    there = (quote_literal(name), quote_ident(name))
    either = "|".join((*map(re.escape, there), re.escape(literal), f"{before}{re.escape(bare)}{behind}"))

    def put(found: re.Match[str]) -> str:
        if found[0] in there:
            return found[0]
        return quote_literal(name) if found[0] == literal else quote_ident(name)

    return re.sub(either, put, text)
