"""The bad and good files of the rules: small projects written down as one SQL file.

```
-- case: an index on a table that is in use          begins a case; a file without one is one case
-- config: lint: {tenancy: both}                     lines of sqlmig.yaml; otherwise the defaults below
-- platform                                          sql/platform/0001_platform.up.sql
-- earlier                                           sql/tenant/0001_earlier.up.sql: what was there before
-- migration                                         sql/tenant/0002_migration.up.sql; the default
-- down                                              sql/tenant/0002_migration.down.sql
-- file: sql/tenant/0003_more.up.sql                 any other file
-- base: sql/tenant/0002_migration.up.sql            what that file said at the base; empty: it was not there
```
Everything up to the next such line goes into that file. A case with a base is judged as `--since` does; files that it
gives no base for were the same there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sqlmig.lint.rule import Rule
from sqlmig.lint.run import EVERYTHING, Linted, Wanted, lint
from sqlmig.lint.settings import settings_of
from sqlmig.project.config.load import load_config
from sqlmig.project.git import Change, ChangedFile, ChangedFiles
from sqlmig.project.load import load_files

FOLDER = Path(__file__).parent / "lint" / "rules"

DEFAULTS = {
    "postgres": 15,
    "tracks": {
        "platform": {"path": "sql/platform", "scope": "shared", "schema": "platform"},
        "tenant": {"path": "sql/tenant", "scope": "tenant"},
    },
    "tenants": {"list": [{"slug": "acme", "schema": "tenant_acme"}]},
}
_FILES = {
    "platform": "sql/platform/0001_platform.up.sql",
    "earlier": "sql/tenant/0001_earlier.up.sql",
    "migration": "sql/tenant/0002_migration.up.sql",
    "down": "sql/tenant/0002_migration.down.sql",
}
_MARK = re.compile(r"-- (?:(case|config|file|base): (.*)|(platform|earlier|migration|down))")


@dataclass
class Case:
    name: str
    config: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)


def cases_of(text: str) -> list[Case]:
    """The cases that a file holds."""
    cases: list[Case] = []
    path = _FILES["migration"]
    at_base = False
    for line in text.splitlines(keepends=True):
        mark = _MARK.fullmatch(line.rstrip())
        if (mark is None or mark[1] != "case") and not cases:
            cases.append(Case(""))
        if mark is None:
            files = cases[-1].base if at_base else cases[-1].files
            if line.strip() or path in files:
                files[path] = files.get(path, "") + line
        elif mark[1] == "case":
            if cases and not cases[-1].files and not cases[-1].name:
                cases.pop()
            cases.append(Case(mark[2]))
            path, at_base = _FILES["migration"], False
        elif mark[1] == "config":
            cases[-1].config.append(mark[2])
        else:
            path, at_base = mark[2] or _FILES[mark[3]], mark[1] == "base"
            if at_base:
                cases[-1].base[path] = ""
    return cases


def lint_case(case: Case, folder: Path, rules: Sequence[Rule]) -> Linted:
    """Write a case down as a project, and lint it by these rules, their packs switched on."""
    written = yaml.safe_load("\n".join(case.config)) or {}
    if optional := {rule.pack.value for rule in rules} & {"strict", "style"}:
        written.setdefault("lint", {}).setdefault("packs", sorted(optional))
    (folder / "sqlmig.yaml").write_text(yaml.safe_dump(DEFAULTS | written, sort_keys=False))
    for path in ("sql/platform", "sql/tenant"):
        (folder / path).mkdir(parents=True, exist_ok=True)
    for path, text in case.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    config = load_config(folder / "sqlmig.yaml", environ={})
    return lint(load_files(config), settings_of(config), _wanted(case, folder), rules)


def _wanted(case: Case, folder: Path) -> Wanted:
    if not case.base:
        return EVERYTHING
    changed = {
        path: ChangedFile(path, Change.MODIFIED, before=path, base_text=text.strip() + "\n")
        if text.strip()
        else ChangedFile(path, Change.ADDED)
        for path, text in case.base.items()
    }
    return Wanted(changed=frozenset(changed), base=ChangedFiles(folder, "0" * 40, changed))
