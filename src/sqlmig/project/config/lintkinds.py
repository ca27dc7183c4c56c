"""How the values of the linter's keys are read: levels, versions, globs, names and expressions."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping

from sqlmig.project.config.kinds import (
    TEXT,
    Kind,
    Misfit,
    choice,
    each,
    list_of,
    refuse_alike,
    tenant_row,
)
from sqlmig.project.config.yamlfile import YamlList, YamlMap, YamlNode, YamlScalar

NAMED_OBJECTS = (
    "table",
    "column",
    "index",
    "unique",
    "primary_key",
    "foreign_key",
    "check",
    "policy",
    "trigger",
    "function",
    "view",
    "sequence",
    "migration",
)
"""What `lint.naming` may have a convention for."""


def _level(node: YamlNode) -> str:
    if isinstance(node, YamlScalar) and (node.value is False or node.value in ("no", "No", "NO")):
        raise Misfit(node, advice="write off")
    return str(_LEVEL_WORD.read(node))


def _version(node: YamlNode) -> int:
    """A version as file names write it: YAML's `0042` is the number 42, not an octal one."""
    value = node.value if isinstance(node, YamlScalar) else None
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not _VERSION_TEXT.fullmatch(text):
        raise Misfit(node)
    return int(text)


def _since(node: YamlNode) -> int | Mapping[str, int]:
    if not isinstance(node, YamlMap):
        return _version(node)
    versions = each((entry.value for entry in node.entries.values()), _version)
    return dict(zip(node.entries, versions, strict=True))


def _table(node: YamlNode) -> str:
    name = TEXT.read(node)
    if '"' in name:
        raise Misfit(node, advice="write names as the catalog has them, without double quotes")
    if not all(name.split(".")) or name.count(".") > 1:
        raise Misfit(node)
    return str(name)


def _function(node: YamlNode) -> str:
    name = TEXT.read(node)
    if not _FUNCTION.fullmatch(name):
        bare = re.sub(r"\(.*\)$", "", name)
        raise Misfit(node, advice=f"write {bare}, without parentheses" if _FUNCTION.fullmatch(bare) else None)
    return str(name)


def _rule(node: YamlNode) -> str:
    name = TEXT.read(node)
    if not _RULE.fullmatch(name):
        near = name.lower().replace("_", "-")
        raise Misfit(node, advice=f"did you mean '{near}'?" if _RULE.fullmatch(near) else None)
    return str(name)


def _glob(node: YamlNode) -> str:
    glob = TEXT.read(node)
    if glob.startswith(("/", "~")) or "\\" in glob or set(glob.split("/")) & {".", ".."}:
        raise Misfit(node, advice="write it relative to the folder of this file, with forward slashes, without ./")
    return str(glob)


def _regex(node: YamlNode) -> str:
    pattern = TEXT.read(node)
    try:
        with warnings.catch_warnings():
            # What a later Python would read in another way.
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        # The reason may repeat a part of the text, and a text from the environment is never shown.
        reason = "" if isinstance(node, YamlScalar) and node.variables else f": {error}"
        raise Misfit(node, f"is no regular expression{reason}", "write one as Python's re reads it") from error
    return str(pattern)


def _samples(node: YamlNode) -> tuple[Mapping[str, object], ...]:
    if not isinstance(node, YamlList):
        raise Misfit(node)
    rows = each(node.items, lambda item: tenant_row(item, "write {slug: acme, tier: gold}"))
    refuse_alike(node.items)
    return rows


_LEVEL_WORD = choice("off", "info", "warning", "error")
_VERSION_TEXT = re.compile(r"[0-9]{1,19}")
_FUNCTION = re.compile(r'[^\s."()]+(?:\.[^\s."()]+)?')
_RULE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")

LEVEL = Kind(_LEVEL_WORD.expects, _level, knows_doubtful=True)
RULE = Kind("the name of a rule, such as index-not-concurrent", _rule)
GLOB = Kind("a path inside the project with * and ?, such as sql/tenant/00*", _glob)
SINCE = Kind("a version such as 0042, or a mapping from tracks to versions", _since, knows_doubtful=True)
PACKS = list_of("strict, style, timescale or pgvector", choice("strict", "style", "timescale", "pgvector").read)
TABLES = list_of("tables with * and ?, such as tenants or platform_core.*", _table)
FUNCTIONS = list_of("functions such as app.current_tenant", _function)
ROLES = list_of("roles", TEXT.read)
OBJECT = choice(*NAMED_OBJECTS)
REGEX = Kind("a regular expression", _regex)
SAMPLES = Kind("a list of tenants such as {slug: acme, tier: gold}", _samples)
