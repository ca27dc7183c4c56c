"""`${VAR}` and `${VAR:-default}` in texts; `$$` is a dollar, and a dollar before anything else is itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlmig.errors import Problem
from sqlmig.project.config.yamlfile import YamlList, YamlMap, YamlNode, YamlScalar, unfit_character, walk


def fill(node: YamlNode, environ: Mapping[str, str]) -> YamlNode:
    """The value with its placeholders filled in; a variable that is not set gives nothing."""
    if isinstance(node, YamlList):
        return replace(node, items=tuple(fill(item, environ) for item in node.items))
    if isinstance(node, YamlMap):
        entries = {name: replace(entry, value=fill(entry.value, environ)) for name, entry in node.entries.items()}
        return replace(node, entries=entries)
    if not isinstance(node.value, str):
        return node
    value = _PLACEHOLDER.sub(lambda match: _filling(match, environ), node.value)
    return replace(node, value=value, variables=variables(node))


def variables(node: YamlNode) -> tuple[str, ...]:
    """The variables that the placeholders of a value name, each once."""
    return tuple(dict.fromkeys(match["name"] for _, match in _placeholders(node) if match["name"]))


def placeholder_problems(node: YamlNode) -> list[Problem]:
    """What is wrong with the placeholders themselves, whatever the variables hold."""
    what, advice = "a ${ begins here that is no ${NAME} and no ${NAME:-default}", "write $${ for the two characters"
    return [Problem(what, text.place, advice) for text, match in _placeholders(node) if match["open"]]


def variable_problems(node: YamlNode, environ: Mapping[str, str]) -> list[Problem]:
    """Every variable that a value needs and that is not set, or holds no text."""
    problems: list[Problem] = []
    for text, match in _placeholders(node):
        name, value = match["name"], environ.get(match["name"] or "")
        if name and value is None and match["default"] is None:
            advice = f"set it, or give it a default: ${{{name}:-...}}"
            problems.append(Problem(f"the environment variable {name} is not set", text.place, advice))
        elif name and value and unfit_character(value):
            problems.append(Problem(f"the environment variable {name} does not hold valid UTF-8", text.place))
    return problems


_PLACEHOLDER = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}|(?P<open>\{))"
)


def _placeholders(node: YamlNode) -> Iterator[tuple[YamlScalar, re.Match[str]]]:
    for one in walk(node):
        if isinstance(one, YamlScalar) and isinstance(one.value, str):
            for match in _PLACEHOLDER.finditer(one.value):
                yield one, match


def _filling(match: re.Match[str], environ: Mapping[str, str]) -> str:
    if match["name"]:
        return environ.get(match["name"]) or match["default"] or ""
    return "$" if match["dollar"] else match[0]
