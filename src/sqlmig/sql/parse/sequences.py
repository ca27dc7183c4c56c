"""The options of a sequence, in CREATE and ALTER SEQUENCE and behind AS IDENTITY."""

from __future__ import annotations

from typing import Any, Final

from sqlmig.sql.definitions import TypeName
from sqlmig.sql.parse.pieces import attributes, expect, identifier, integer, name, number, refuse
from sqlmig.sql.parse.types import type_name
from sqlmig.sql.reader import Reader
from sqlmig.sql.record import Record
from sqlmig.sql.tokens import Kind


class SequenceOptions(Record):
    """What sequence options say; what no rule asks for is read and left out."""

    type: TypeName | None = None
    owned_by: tuple[str, ...] = ()
    """The parts of the name, the column last; empty for NONE."""
    restart: bool = False
    restart_with: int | None = None


def sequence_options(r: Reader) -> SequenceOptions:
    """Read options as long as there are any (OptSeqOptList)."""
    said: dict[str, Any] = {}
    while (found := sequence_option(r)) is not None:
        said |= found
    return SequenceOptions(**said)


def sequence_option(r: Reader) -> dict[str, Any] | None:
    """Read one option (SeqOptElem): what it says of SequenceOptions, or None when none comes next."""
    match r.one_of(*_OPTIONS):
        case "as":
            return {"type": type_name(r)}
        case "increment":
            r.accept("by")
            number(r)
        case "cache" | "maxvalue" | "minvalue":
            number(r)
        case "start":
            r.accept("with")
            number(r)
        case "no":
            if not r.one_of("cycle", "maxvalue", "minvalue"):
                refuse(r, "CYCLE, MAXVALUE or MINVALUE")
        case "owned":
            expect(r, "by")
            parts = tuple(attributes(r, identifier(r)))
            return {"owned_by": () if parts == ("none",) else parts}
        case "sequence":
            expect(r, "name")
            name(r)
        case "restart":
            return {"restart": True, "restart_with": _restart_with(r)}
        case "":
            return None
    return {}


_OPTIONS: Final = (
    *("as", "cache", "cycle", "increment", "logged", "maxvalue", "minvalue", "no", "owned", "restart", "sequence"),
    *("start", "unlogged"),
)


def _restart_with(r: Reader) -> int | None:
    signed = r.is_symbol("-") or r.is_symbol("+")
    if r.accept("with") or signed or (r.next is not None and r.next.kind is Kind.NUMBER):
        return integer(r)
    return None
