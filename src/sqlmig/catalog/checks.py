r"""The doctor's checks: one SQL file each, in db/queries/doctor, which says itself what it is about.

A file begins with its head, comments of the form `-- key: text`, a longer text going on in indented lines. Behind it
stands one query that gives rows of schema, object, severity, detail and fix; or `\ir ../NAME.sql`, the file of a query
that several checks judge. psql runs it as it is:

    psql -v schemas='{tenant_acme}' -v tenant_column=tenant_id ... -f rls-missing.sql
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

from sqlmig.db.composing import literal, text_of
from sqlmig.errors import UsageError
from sqlmig.plan.doctor import Applies, Check, Severity
from sqlmig.project.nearest import did_you_mean

VARIABLES: Final[Mapping[str, str]] = {
    "schemas": "the schemas that are looked at, as an array: `{tenant_acme,tenant_globex,platform_core}`",
    "tenant_schemas": "the schemas of all tenants, as an array: what they have in common is compared",
    "tenancy": "`lint.tenancy`: schema, shared or both",
    "tenant_column": "`lint.tenant_column`",
    "tenant_setting": "`lint.tenant_setting`",
    "tenant_functions": "the functions that tell the tenant, as an array: `{core.current_tenant}`",
    "tenant_type": "`lint.tenant_type`; empty for the type of each column",
    "tenant_lists": "the tables whose rows are the tenants, as an array: `{platform_core.tenants}`",
    "app_roles": "`lint.app_roles`, as an array",
    "exempt_tables": "`lint.exempt_tables` as patterns of LIKE over `schema.table`, as an array",
    "small_tables": "`lint.small_tables`, likewise",
    "search_path": "`search_path`, as an array",
    "statistics_days": "how many days statistics must cover before an index counts as unused",
}
"""What the queries leave open, and what to put there."""

# As psql has them: a colon, and the name as a literal's text.
_VARIABLE = re.compile(r":'([a-z_]+)'")
_INCLUDE = re.compile(r"\\ir \.\./([a-z_]+)\.sql")


@cache
def catalogue() -> tuple[Check, ...]:
    """All checks, by id."""
    folder = resources.files("sqlmig.db") / "queries" / "doctor"
    names = sorted(file.name.removesuffix(".sql") for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple(check_of(text_of(f"doctor/{name}")) for name in names)


def check_of(text: str) -> Check:
    """A check from the text of its file.

    Raises:
        KeyError: its head lacks something, or has something that is not known.
    """
    head: dict[str, str] = {}
    lines = text.splitlines(keepends=True)
    key = ""
    while lines and lines[0].startswith("--"):
        line = lines.pop(0)[2:].rstrip()
        if line.startswith("   "):
            head[key] += f" {line.strip()}"
        else:
            key, _, said = line.strip().partition(": ")
            head[key] = said
    if unknown := set(head) - {"check", "severity", "title", "reason", "applies", "decide", "read", "batch"}:
        raise KeyError(*unknown)
    body = "".join(lines).strip()
    if (included := _INCLUDE.fullmatch(body)) is not None:
        body = text_of(included[1]).strip()
    return Check(
        head["check"],
        Severity(head["severity"]),
        head["title"],
        head["reason"],
        body.removesuffix(";"),
        Applies(head.get("applies", "always")),
        head.get("decide", ""),
        head.get("read", ""),
        int(head["batch"]) if "batch" in head else None,
    )


def chosen(only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Check, ...]:
    """The checks of these ids, or all, without those that are skipped.

    Raises:
        UsageError: there is no such check, or none is left.
    """
    for name in (*only, *skip):
        check_named(name)
    wanted = tuple(check for check in catalogue() if (not only or check.id in only) and check.id not in skip)
    if not wanted:
        raise UsageError("no check is left to be made", next="leave out --skip, or name other checks")
    return wanted


def check_named(name: str) -> Check:
    """The check of that id.

    Raises:
        UsageError: there is none.
    """
    known = {check.id: check for check in catalogue()}
    if name not in known:
        raise UsageError(
            f"there is no check '{name}'; {did_you_mean(name, known)}", next="`sqlmig doctor --list` shows them all"
        )
    return known[name]


def filled_in(statement: str, values: Mapping[str, object]) -> str:
    """A query with its variables written out, as psql would write them."""
    return _VARIABLE.sub(lambda found: literal(values[found[1]]), statement)


def variables_of(statement: str) -> tuple[str, ...]:
    """The variables of a query, in order."""
    return tuple(dict.fromkeys(_VARIABLE.findall(statement)))
