"""`${VAR}` and `${VAR:-default}` in texts; `$$` is a dollar, and a dollar before anything else is itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlmig.errors import Problem
from sqlmig.project.yamlfile import YamlList, YamlMap, YamlNode, YamlScalar, unfit_character, walk


def expand(node: YamlNode, environ: Mapping[str, str]) -> YamlNode | list[Problem]:
    """The value with its placeholders filled in, or every reason why that is not possible."""
    problems = placeholder_problems(node)
    expanded = _expand(node, environ, problems)
    return problems or expanded


def has_placeholders(node: YamlNode) -> bool:
    """Whether the value depends on variables."""
    return any(match["name"] for match in _matches(node))


def variables(node: YamlNode) -> tuple[str, ...]:
    """The variables that went into an expanded value."""
    names = (name for one in walk(node) if isinstance(one, YamlScalar) for name in one.variables)
    return tuple(dict.fromkeys(names))


def placeholder_problems(node: YamlNode) -> list[Problem]:
    """What is wrong with the placeholders themselves, whatever the variables hold."""
    return [
        Problem(
            "a ${ begins here that is no ${NAME} and no ${NAME:-default}", one.place, "write $${ for the two characters"
        )
        for one in walk(node)
        if isinstance(one, YamlScalar)
        and isinstance(one.value, str)
        and any(match["open"] for match in _PLACEHOLDER.finditer(one.value))
    ]


_PLACEHOLDER = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}|(?P<open>\{))"
)


def _matches(node: YamlNode) -> Iterator[re.Match[str]]:
    for one in walk(node):
        if isinstance(one, YamlScalar) and isinstance(one.value, str):
            yield from _PLACEHOLDER.finditer(one.value)


def _expand(node: YamlNode, environ: Mapping[str, str], problems: list[Problem]) -> YamlNode:
    if isinstance(node, YamlList):
        return replace(node, items=tuple(_expand(item, environ, problems) for item in node.items))
    if isinstance(node, YamlMap):
        entries = {
            name: replace(entry, value=_expand(entry.value, environ, problems)) for name, entry in node.entries.items()
        }
        return replace(node, entries=entries)
    return _expand_text(node, node.value, environ, problems) if isinstance(node.value, str) else node


def _expand_text(node: YamlScalar, text: str, environ: Mapping[str, str], problems: list[Problem]) -> YamlScalar:
    used: list[str] = []

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        if name is None:
            return "$" if match["dollar"] else match[0]
        used.append(name)
        value = environ.get(name)
        if default is not None and not value:
            return str(default)
        if value is None:
            advice = f"set it, or give it a default: ${{{name}:-...}}"
            problems.append(Problem(f"the environment variable {name} is not set", node.place, advice))
        elif unfit_character(value):
            problems.append(Problem(f"the environment variable {name} does not hold valid UTF-8", node.place))
        return value or ""

    return replace(node, value=_PLACEHOLDER.sub(fill, text), variables=tuple(dict.fromkeys(used)))
