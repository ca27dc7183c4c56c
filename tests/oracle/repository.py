"""The SQL of this repository, as PostgreSQL gets it: templates rendered, placeholders filled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from sqlmig.catalog.fingerprint_reads import statement
from sqlmig.project.config.load import load_config
from sqlmig.project.load import ProjectFiles, load_files
from sqlmig.project.model import Scope, Script, Tenant

ROOT = Path(__file__).parents[2]
SCAFFOLDS = ROOT / "src" / "sqlmig" / "cli" / "scaffold"
QUERIES = ROOT / "src" / "sqlmig" / "db" / "queries"
FINGERPRINT = QUERIES / "fingerprint"
"""Queries that have pieces in common."""
PIECES = {FINGERPRINT / "rights.sql"}
"""What is no query."""
FORMATTED = {"tests/tenancy/town.sql"}
"""Texts that a test puts names into by `str.format`."""
LIFECYCLE = (
    *("provision", "register", "seed", "suspend", "activate"),
    *("rename", "deprovision", "undrop", "purge"),
)


def texts() -> Iterator[tuple[str, str]]:
    """Every text with its path."""
    for project in (ROOT, *sorted(SCAFFOLDS.iterdir())):
        yield from _rendered(project)
    for file in sorted(QUERIES.rglob("*.sql")):
        if file not in PIECES:
            text = statement(file.stem) if file.parent == FINGERPRINT else file.read_text()
            yield _shown(file), _filled(_PSQL.sub("NULL", _INCLUDE.sub("", text)))
    for file in sorted((ROOT / "tests").rglob("*.sql")):
        text = file.read_text()
        if _shown(file) not in FORMATTED:
            yield _shown(file), _filled(text) if _QUERY.search(text) else _TEMPLATE.sub(_placeholder, text)


def _rendered(project: Path) -> Iterator[tuple[str, str]]:
    files = load_files(load_config(project / "sqlmig.yaml", environ={"DATABASE_URL": "postgresql:///unused"}))
    for schema, tenant, script in _scripts(files):
        text = files.templates.render(script, files.scope(schema, tenant)).text
        yield f"{_shown(project)}/{script.path}", text


def _scripts(files: ProjectFiles) -> Iterator[tuple[str, Tenant | None, Script]]:
    """Every script with the schema and the tenant that it is rendered for; any column of the tenant's is text here."""
    columns = ("name", "tier", "billing_email", "plan", "new_slug", "new_schema")
    acme = Tenant("1", "acme", "tenant_acme", {column: column for column in columns})
    for track in files.tracks:
        of_tenant = track.scope is Scope.TENANT
        schema = acme.schema if of_tenant else track.schema or "public"
        migrated = [(unit.up, unit.down, unit.verify) for unit in track.migrations]
        repeated = [(unit.script, unit.down) for unit in track.repeatables]
        for script in chain.from_iterable((*migrated, *repeated)):
            if script is not None:
                yield schema, acme if of_tenant else None, script
    for script in filter(None, map(files.lifecycle, LIFECYCLE)):
        yield acme.schema, acme, script


_QUERY = re.compile(r"\{history\}|%\(\w+\)s")
"""What psycopg puts something into."""
_PSQL = re.compile(r"(?<!:):'\w+'")
"""What psql puts something into."""
_INCLUDE = re.compile(r"^\\ir .*$", re.MULTILINE)
"""Where psql reads another file, which is a text of its own here."""
_TEMPLATE = re.compile(r"(?P<value>\{\{.*?\}\})|\{[%#].*?[%#]\}", re.DOTALL)


def _placeholder(part: re.Match[str]) -> str:
    """A name where the linter's cases have a template's value, nothing where they have its other parts."""
    return "placeholder" if part["value"] else ""


def _filled(query: str) -> str:
    """A query with what psycopg puts into it; a call that stands in other queries as one of its own."""
    query = f"SELECT {query}" if query.startswith("{history}.") else query
    braces = re.sub(r"\{\{|\}\}|\{(\w+)\}", lambda found: found[1] or found[0][0], query)
    return re.sub(r"%\(\w+\)s", "NULL", braces.replace("%%", "%"))


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
