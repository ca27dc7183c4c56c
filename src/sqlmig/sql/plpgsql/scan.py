"""How far a body of plpgsql is read, what is open there, and the steps that reading is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Final, NoReturn

from sqlmig.sql.identifiers import fold
from sqlmig.sql.plpgsql.found import Piece, Step, Unreadable, Use
from sqlmig.sql.reader import Reader
from sqlmig.sql.tokens import Kind, Token


class Open(Enum):
    """A statement that holds statements, and is not closed yet; the value is the word behind its END."""

    BLOCK = ""
    HANDLERS = "exception"
    """A block whose EXCEPTION section is being read."""
    IF = "if"
    CASE = "case"
    LOOP = "loop"


class Scan:
    """Reads the tokens of a body from left to right, and keeps what is found.

    Blocks may nest as deep as they like: they are kept on a list, not on Python's stack.
    """

    def __init__(self, tokens: Sequence[Token], names: frozenset[str]) -> None:
        self.r = Reader(tokens)
        self.open: list[Open] = []
        self.steps: list[Step] = []
        self.names = set(names)
        self._first = 0
        self._pieces: list[Piece] = []

    def begin(self) -> None:
        """The next token starts a statement."""
        self._first = self.r.index

    def close(self, last: int | None = None) -> None:
        """The statement ends in front of the token that was read last, or of the one with this index."""
        if self._pieces:
            tokens = self.r.tokens(max(self._first - 1, 0), self.r.index - 1 if last is None else last)
            behind = tokens[0] if self._first else None
            self.steps.append(
                Step(tokens=tokens[1:] if self._first else tokens, behind=behind, pieces=tuple(self._pieces))
            )
            self._pieces = []
        self.begin()

    def add(self, use: Use, tokens: tuple[Token, ...], into: tuple[Token, ...] = ()) -> None:
        """Keep a piece of SQL, which there must be."""
        if not tokens:
            self.r.back(self.r.index - 1)
            self.refuse("an expression" if use is Use.EXPRESSION else "SQL")
        self._pieces.append(Piece(use=use, tokens=tokens, into=into))

    def refuse(self, expected: str) -> NoReturn:
        """Say what should come next."""
        found = "the end" if self.r.next is None else f"'{self.r.next.text[:40]}'"
        raise Unreadable(f"expected {expected}, found {found}", self.r.at)

    # --- steps ---

    def expect(self, *texts: str) -> str:
        """Step over the next token, which must be one of these words or symbols."""
        if (found := said(self.r.next)) not in texts:
            self.refuse(" or ".join(text.upper() for text in texts))
        self.r.step()
        return found

    def name(self) -> str:
        """Step over a name, and return it."""
        return self.r.any_word() or self.refuse("a name")

    def variable(self) -> None:
        """Step over a variable, or a field of one."""
        if self.r.next is None or self.r.next.kind not in VARIABLES or self.r.word in RESERVED:
            self.refuse("a variable")
        self.r.step()
        while self.r.symbol("."):
            self.name()

    def skip(self, *ends: str) -> tuple[tuple[Token, ...], str]:
        """Step over everything up to and with one of these words or symbols, outside parentheses and brackets."""
        first, depth = self.r.index, 0
        while (text := said(self.r.next)) != ";" or (depth == 0 and ";" in ends):
            if depth == 0 and text in ends:
                self.r.step()
                return self.r.tokens(first, self.r.index - 1), text
            depth += _NESTING.get(text, 0)
            if depth < 0 or self.r.next is None:
                break
            self.r.step()
        return self.refuse(" or ".join(end.upper() for end in ends))

    def sql(self, use: Use, *ends: str) -> str:
        """Step over a piece of SQL and what ends it, and return that."""
        tokens, end = self.skip(*ends)
        self.add(use, tokens)
        return end


def said(token: Token | None) -> str:
    """A word, folded, or a symbol; empty for what is quoted, so that no string is taken for either."""
    if token is None or token.kind is Kind.STRING:
        return ""
    return token.word or (token.text if token.kind in (Kind.SYMBOL, Kind.SEMICOLON) else "")


def cut(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The parts between the commas outside parentheses; what is empty is left out."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        text = said(token)
        depth += _NESTING.get(text, 0)
        if text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts if part]


def names(parts: Iterable[Sequence[Token]]) -> Iterator[str]:
    """The names among variables: one of several tokens is a field of a variable that is known already."""
    return (fold(part[0]) for part in parts if len(part) == 1 and part[0].kind in (Kind.WORD, Kind.IDENTIFIER))


_NESTING: Final = {"(": 1, "[": 1, ")": -1, "]": -1}
VARIABLES: Final = (Kind.WORD, Kind.IDENTIFIER, Kind.PARAMETER)
"""What a variable may be: an argument has a number too, `$1`."""
RESERVED: Final = frozenset(
    (
        *("all", "begin", "by", "case", "declare", "else", "end", "execute", "for", "foreach", "from", "if", "in"),
        *("into", "loop", "not", "null", "or", "strict", "then", "to", "using", "when", "while"),
    )
)
"""The words that plpgsql never takes for a name."""
