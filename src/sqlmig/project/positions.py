"""The way back from rendered text to the template: marks put in front of everything a template prints.

A mark is written into the syntax tree before rendering and taken out of the text after it; between two marks stands
what one piece of the template gave. A piece is literal text, copied as it is, or the value of an expression.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import nodes

from sqlmig.errors import Place


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of rendered characters with one origin."""

    start: int
    """Offset in the rendered text."""
    file: str
    origin: int
    """Offset in the template: of the text itself, or of the expression that gave it."""
    literal: bool


# Private use characters: they frame a mark and are found in no sane SQL file.
_OPEN, _CLOSE = "\uf8f0", "\uf8f1"
_MARK = re.compile(f"{_OPEN}(\\d+):(\\d+):([le]){_CLOSE}")


def mark(tree: nodes.Template, source: str, file: int) -> None:
    """Puts marks into a syntax tree.

    Args:
        tree: what Jinja parsed from `source`; changed in place.
        source: the template.
        file: the number that stands for the template in its marks.
    """
    line_starts = [0, *(match.end() for match in re.finditer("\n", source))]
    cursor = 0
    for output in tree.find_all(nodes.Output):
        marked: list[nodes.Expr] = []
        for node in output.nodes:
            line_start = line_starts[min(node.lineno, len(line_starts)) - 1]
            # Nodes of one line come in the order of the source; blocks may be visited out of it.
            start = cursor if line_start <= cursor and source.count("\n", line_start, cursor) == 0 else line_start
            literal = isinstance(node, nodes.TemplateData)
            wanted = node.data if isinstance(node, nodes.TemplateData) else "{{"
            found = source.find(wanted, start)
            at = found if found >= 0 else start
            cursor = at + (len(wanted) if found >= 0 else 0)
            sign = nodes.TemplateData(f"{_OPEN}{file}:{at}:{'l' if literal else 'e'}{_CLOSE}", lineno=node.lineno)
            marked += [sign, node]
        output.nodes = marked


def unmark(marked: str, files: Sequence[str]) -> tuple[str, tuple[Segment, ...]]:
    """Takes the marks out: the text without them, and what they said."""
    pieces: list[str] = []
    segments: list[Segment] = []
    length = position = 0
    for match in _MARK.finditer(marked):
        pieces.append(marked[position : match.start()])
        length += match.start() - position
        position = match.end()
        segments.append(Segment(length, files[int(match[1])], int(match[2]), match[3] == "l"))
    pieces.append(marked[position:])
    return "".join(pieces), tuple(segments)


def locate(sources: Mapping[str, str], path: str, segments: Sequence[Segment], offset: int) -> Place:
    """The place in a template that the rendered character at `offset` came from; the file alone when unknown."""
    index = bisect_right(segments, offset, key=lambda segment: segment.start) - 1
    if index < 0:
        return Place(path)
    segment = segments[index]
    source = sources.get(segment.file)
    if source is None:
        return Place(segment.file)
    at = min(segment.origin + (offset - segment.start if segment.literal else 0), len(source))
    line_start = source.rfind("\n", 0, at) + 1
    line_end = source.find("\n", at)
    excerpt = source[line_start : line_end if line_end >= 0 else len(source)]
    return Place(segment.file, source.count("\n", 0, at) + 1, at - line_start + 1, excerpt)
