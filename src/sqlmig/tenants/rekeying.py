"""What a backup says of one tenant, said of another: history rows, definitions that have the schema's name in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlmig.project.checksums import rendered_checksum
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Script, Tenant
from sqlmig.sql.identifiers import quote_ident, quote_literal


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
