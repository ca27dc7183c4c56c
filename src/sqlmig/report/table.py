"""Tables of plain text. What a cell means is kept apart from how a terminal paints it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from unicodedata import east_asian_width


class Tone(Enum):
    """What a cell says, for a terminal to paint."""

    PLAIN = "plain"
    HEAD = "head"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Style:
    """How a table is drawn."""

    paint: Callable[[str, Tone], str] = lambda text, _tone: text
    """Paints a text whose width is settled already."""
    width: int | None = None
    """How many columns a line may have; the table's last column gives way."""


PLAIN = Style()
"""For files and pipes: unpainted and whole."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of a table."""

    text: str
    tone: Tone = Tone.PLAIN
    right: bool = False
    """Numbers stand on the right."""


Row = Sequence[Cell | str]


def table(columns: Sequence[str], rows: Sequence[Row], style: Style = PLAIN) -> str:
    """Rows under a head, columns aligned."""
    head = [Cell(name, Tone.HEAD) for name in columns]
    cells = [head, *([_cell(entry) for entry in row] for row in rows)]
    widths = [max(_width(row[i].text) for row in cells) for i in range(len(columns))]
    if style.width is not None:
        widths[-1] = max(min(widths[-1], style.width - sum(widths[:-1]) - 2 * (len(columns) - 1)), 8)
    return "\n".join(_line(row, widths, style) for row in cells)


def _cell(entry: Cell | str) -> Cell:
    return entry if isinstance(entry, Cell) else Cell(entry)


def _line(row: Sequence[Cell], widths: Sequence[int], style: Style) -> str:
    parts = []
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        text = _cut(cell.text, width)
        gap = " " * (width - _width(text))
        last = number == len(row) - 1 and not cell.right
        painted = style.paint(text, cell.tone)
        parts.append(gap + painted if cell.right else painted + ("" if last else gap))
    return "  ".join(parts).rstrip()


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while _width(text) > width - 3:
        text = text[:-1]
    return f"{text}..."


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
