"""How the values of a rollout's keys are read: shares, limits of failures, labels, switches."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmig.project.config.kinds import DURATION, LIMIT, TEXT, Kind, Misfit, choice, each, list_of, plain, shown, whole
from sqlmig.project.config.yamlfile import YamlList, YamlMap, YamlNode, YamlScalar
from sqlmig.project.durations import milliseconds
from sqlmig.project.shares import Share, share


def _share(node: YamlNode) -> Share:
    value = node.value if isinstance(node, YamlScalar) else None
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= 100:
        raise Misfit(node, advice=f"write {value}%")
    try:
        return share(value if isinstance(value, str) else "")
    except ValueError:
        raise Misfit(node) from None


def _failures(node: YamlNode) -> float:
    """A count as it is; a share below 1, so that no count looks like one."""
    if isinstance(node, YamlScalar) and isinstance(node.value, str) and node.value.endswith("%"):
        part = _share(node)
        if part < 1:
            return part
        raise Misfit(node, "lets every target fail", "write a smaller share, or a number")
    count: int = _COUNT.read(node)
    return count


def _seconds(node: YamlNode) -> float:
    return milliseconds(DURATION.read(node)) / 1000


def _most_seconds(node: YamlNode) -> float:
    seconds = _seconds(node)
    if not seconds:
        raise Misfit(node, "may not be 0, which nothing keeps to", "leave it out for any time")
    return seconds


def _named(node: YamlNode) -> tuple[str, ...]:
    names: tuple[str, ...] = _NAMES.read(node)
    if not names:
        # Nothing chosen means everything; an empty list may have been meant to be the opposite.
        raise Misfit(node, "is empty, which would choose every tenant", "name some, or leave it out")
    return names


def _labels(node: YamlNode) -> Mapping[str, object]:
    if not isinstance(node, YamlMap):
        raise Misfit(node)
    if not node.entries:
        raise Misfit(node, "is empty, which would choose every tenant", "name a column, or leave it out")
    values = each((entry.value for entry in node.entries.values()), _label)
    return dict(zip(node.entries, values, strict=True))


def _label(node: YamlNode) -> object:
    items = node.items if isinstance(node, YamlList) else (node,)
    for item in items:
        if not isinstance(item, YamlScalar):
            raise Misfit(item, f"compares a column with {shown(item)}", "write a value, or a list of values")
    if not items:
        raise Misfit(node, "compares a column with no value", "write one, or several in brackets")
    return plain(node)


def _file(node: YamlNode) -> str:
    path: str = TEXT.read(node)
    if path.startswith(("/", "~")) or "\\" in path or ".." in path.split("/"):
        raise Misfit(node, advice="write it relative to the folder of this file, with forward slashes")
    return path


def _switch(node: YamlNode) -> str:
    value = node.value if isinstance(node, YamlScalar) else None
    if isinstance(value, bool):
        raise Misfit(node, advice=f"write {'on' if value else 'off'}")
    return str(_ON_OR_OFF.read(node))


_COUNT = whole(0, 1_000_000)
_NAMES = list_of("slugs or schemas, with * and ?", TEXT.read)
_ON_OR_OFF = choice("on", "off")

COUNT = whole(1, 1_000_000)
SHARE = Kind("a share such as 10%", _share)
FAILURES = Kind("a number of targets, or a share such as 2%", _failures)
SECONDS = Kind(LIMIT.expects, _seconds)
MOST_SECONDS = Kind(LIMIT.expects, _most_seconds)
NAMES = Kind(_NAMES.expects, _named)
LABELS = Kind("a mapping from columns of the registry to values", _labels)
FILES = list_of("files inside the project", _file)
SWITCH = Kind(_ON_OR_OFF.expects, _switch, knows_doubtful=True)
