"""A cursor over the tokens of one statement: the small steps that reading a statement is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmig.sql.identifiers import fold, string_value
from sqlmig.sql.tokens import Kind, Token, lower


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an object, folded and cut as PostgreSQL does."""

    schema: str | None
    name: str


class Reader:
    """Reads tokens from left to right. Every step that finds what it looks for moves on; one that does not, stays."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def next(self) -> Token | None:
        """The token to be read next; None at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def last(self) -> Token:
        """The token that was read last."""
        return self._tokens[self._at - 1]

    def accept(self, *words: str) -> bool:
        """Step over these words, if they come next, one after the other."""
        ahead = self._tokens[self._at : self._at + len(words)]
        if tuple(token.word for token in ahead) != words:
            return False
        self._at += len(words)
        return True

    def one_of(self, *words: str) -> str:
        """Step over the next word, if it is one of these, and return it; otherwise return ''."""
        return next((word for word in words if self.accept(word)), "")

    def symbol(self, text: str) -> bool:
        """Step over this symbol."""
        if self.next is None or self.next.kind is not Kind.SYMBOL or self.next.text != text:
            return False
        self._at += 1
        return True

    def skip_to(self, word: str) -> bool:
        """Step behind the next place, outside parentheses, where this word stands."""
        depth = 0
        for at in range(self._at, len(self._tokens)):
            token = self._tokens[at]
            depth += _nesting(token)
            if depth == 0 and token.word == word:
                self._at = at + 1
                return True
        return False

    def parenthesised(self) -> tuple[Token, ...]:
        """Step over a pair of parentheses, and return what is between them; nothing when none comes next."""
        start = self._at
        if not self.symbol("("):
            return ()
        depth = 1
        while self.next is not None and depth:
            depth += _nesting(self.next)
            self._at += 1
        return tuple(self._tokens[start + 1 : self._at - 1])

    def options(self) -> dict[str, bool]:
        """Step over a list of options, `(verbose, concurrently off)`: which of them are on. A later one wins."""
        options: dict[str, bool] = {}
        entry: list[Token] = []
        for token in (*self.parenthesised(), None):
            if token is not None and token.text != ",":
                entry.append(token)
            elif entry:
                options[_folded(entry[0])] = len(entry) == 1 or _folded(entry[-1]) not in _OFF
                entry = []
        return options

    def name(self) -> Name | None:
        """Step over a name, with or without its schema (a database in front of the schema says nothing)."""
        parts: list[str] = []
        start = self._at
        while (part := self._part()) is not None:
            parts.append(part)
            if not self.symbol("."):
                return Name(parts[-2] if len(parts) > 1 else None, parts[-1])
        self._at = start
        return None

    def string(self) -> str | None:
        """Step over a string, over the lines on which it goes on, and over its UESCAPE."""
        parts: list[Token] = []
        while self.next is not None and self.next.kind is Kind.STRING:
            parts.append(self.next)
            self._at += 1
        if not parts:
            return None
        return string_value(*parts, escape=self._uescape())

    def _part(self) -> str | None:
        token = self.next
        if token is None or token.kind not in (Kind.WORD, Kind.IDENTIFIER):
            return None
        self._at += 1
        return fold(token, self._uescape())

    def _uescape(self) -> str:
        if self.accept("uescape") and self.next is not None and self.next.kind is Kind.STRING:
            self._at += 1
            return string_value(self.last) or "\\"
        return "\\"


_OFF: Final = frozenset({"false", "off", "0"})


def _folded(token: Token) -> str:
    match token.kind:
        case Kind.WORD | Kind.IDENTIFIER:
            return fold(token)
        case Kind.STRING:
            return lower(string_value(token))
        case _:
            return token.text


def _nesting(token: Token) -> int:
    if token.kind is not Kind.SYMBOL:
        return 0
    return {"(": 1, ")": -1}.get(token.text, 0)
