"""The way back from rendered text to the template: marks put in front of everything a template prints.

A mark is written into the syntax tree before rendering and taken out of the text after it; between two marks stands
what one piece of the template gave. A piece is literal text, copied as it is, or the value of an expression.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmig.errors import Place

if TYPE_CHECKING:
    from jinja2 import nodes


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


def mark(tree: nodes.Template, source: str, file: int, tokens: Iterable[tuple[str, str]]) -> None:
    """Puts marks into a syntax tree.

    Args:
        tree: what Jinja parsed from `source`; changed in place.
        source: the template.
        file: the number that stands for the template in its marks.
        tokens: kind and text of each of its tokens, as Jinja's lexer cuts them.
    """
    from jinja2 import nodes

    outputs = list(tree.find_all(nodes.Output))
    printed = [node for output in outputs for node in output.nodes]
    # The tree holds what is printed in the order of the source; were it otherwise, no mark is better than a wrong one.
    origins = dict(zip(map(id, printed), _origins(source, tokens), strict=True))
    for output in outputs:
        marked: list[nodes.Expr] = []
        for node in output.nodes:
            sign = "l" if isinstance(node, nodes.TemplateData) else "e"
            written = f"{_OPEN}{file}:{origins[id(node)]}:{sign}{_CLOSE}"
            marked += [nodes.TemplateData(written, lineno=node.lineno), node]
        output.nodes = marked


def _origins(source: str, tokens: Iterable[tuple[str, str]]) -> list[int]:
    """Where each literal text and each printed expression of a template begins."""
    found: list[int] = []
    at = 0
    for kind, text in tokens:
        # The lexer leaves nothing out but the white space that `{%-` takes away.
        start = source.index(text, at)
        at = start + len(text)
        if kind in ("data", "variable_begin"):
            found.append(start)
    return found


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
    source = sources[segment.file]
    at = min(segment.origin + (offset - segment.start if segment.literal else 0), len(source))
    line_start = source.rfind("\n", 0, at) + 1
    line_end = source.find("\n", at)
    excerpt = source[line_start : line_end if line_end >= 0 else len(source)]
    return Place(segment.file, source.count("\n", 0, at) + 1, at - line_start + 1, excerpt)
