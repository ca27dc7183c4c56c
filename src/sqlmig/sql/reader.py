"""A cursor over the tokens of one statement: the small steps that reading a statement is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sqlmig.sql.identifiers import fold, quote_ident, string_value
from sqlmig.sql.tokens import Kind, Token, lower

if TYPE_CHECKING:
    from sqlmig.sql.statements import Statement


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an object, folded and cut as PostgreSQL does."""

    schema: str | None
    name: str
    at: int = field(default=-1, compare=False, repr=False)
    """Offset of its first character; -1 when it comes from no text."""
    _hash: int = field(init=False, compare=False, repr=False)
    """Names are keys of every mapping of a schema, and are looked up far more often than made."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.schema, self.name)))

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        parts = (self.name,) if self.schema is None else (self.schema, self.name)
        return ".".join(map(quote_ident, parts))


class Reader:
    """Reads tokens from left to right. Every step that finds what it looks for moves on; one that does not, stays.

    Attributes:
        next: the token to be read next; None at the end.
        word: the next token's word, folded; '' at the end and for any other kind of token.
        index: how many tokens are read; `back` returns to such a place.
    """

    next: Token | None
    word: str
    index: int

    def __init__(self, tokens: Sequence[Token], text: str = "", start: int = 0) -> None:
        """Read these tokens; their offsets count in a file whose characters from `start` on are `text`."""
        self._tokens = tokens
        self._text = text
        self._start = start
        self.back(0)

    @classmethod
    def of(cls, statement: Statement) -> Reader:
        """A reader that can give slices of the statement's text."""
        return cls(statement.tokens, statement.text, statement.start)

    # --- where it stands ---

    def back(self, index: int) -> None:
        """Stand where `index` was this."""
        self.index = index
        if index < len(self._tokens):
            self.next = token = self._tokens[index]
            self.word = lower(token.text) if token.kind is Kind.WORD else ""
        else:
            self.next = None
            self.word = ""

    def step(self) -> Token:
        """Step over the next token, whatever it is. There must be one."""
        token = self._tokens[self.index]
        self.back(self.index + 1)
        return token

    def to_end(self) -> None:
        """Step over everything that is left."""
        self.back(max(self.index, len(self._tokens)))

    @property
    def last(self) -> Token:
        """The token that was read last."""
        return self._tokens[self.index - 1]

    @property
    def at(self) -> int:
        """Offset of what is read next; at the end, of the last character that was read."""
        if self.next is not None:
            return self.next.start
        return self._tokens[-1].end - 1 if self._tokens else self._start

    def ahead(self, count: int) -> Token | None:
        """The token so many places behind the next one; `ahead(0)` is the next one."""
        at = self.index + count
        return self._tokens[at] if at < len(self._tokens) else None

    def word_ahead(self, count: int) -> str:
        """The word of that token, '' when it is none."""
        token = self.ahead(count)
        return "" if token is None else token.word

    def tokens(self, first: int, last: int) -> tuple[Token, ...]:
        """The tokens from one index up to another."""
        return tuple(self._tokens[first:last])

    def slice(self, start: int, end: int) -> str:
        """The source between two offsets."""
        return self._text[start - self._start : end - self._start]

    def part(self, first: int, last: int) -> Reader:
        """A reader of its own for the tokens from one index up to another, of the same text."""
        return Reader(self._tokens[first:last], self._text, self._start)

    # --- steps ---

    def accept(self, *words: str) -> bool:
        """Step over these words, if they come next, one after the other."""
        if self.word != words[0]:
            return False
        for count in range(1, len(words)):
            if self.word_ahead(count) != words[count]:
                return False
        self.back(self.index + len(words))
        return True

    def one_of(self, *words: str) -> str:
        """Step over the next word, if it is one of these, and return it; otherwise return ''."""
        word = self.word
        if not word or word not in words:
            return ""
        self.back(self.index + 1)
        return word

    def symbol(self, text: str) -> bool:
        """Step over this symbol."""
        token = self.next
        if token is None or token.text != text or token.kind is not Kind.SYMBOL:
            return False
        self.back(self.index + 1)
        return True

    def is_symbol(self, text: str) -> bool:
        """Whether this symbol comes next."""
        return self.next is not None and self.next.text == text and self.next.kind is Kind.SYMBOL

    def skip_to(self, word: str) -> bool:
        """Step behind the next place, outside parentheses, where this word stands."""
        depth = 0
        for at in range(self.index, len(self._tokens)):
            token = self._tokens[at]
            depth += _nesting(token)
            if depth == 0 and token.word == word:
                self.back(at + 1)
                return True
        return False

    def parenthesised(self) -> tuple[Token, ...]:
        """Step over a pair of parentheses, and return what is between them; nothing when none comes next."""
        start = self.index
        if not self.is_symbol("("):
            return ()
        depth = 0
        for at in range(start, len(self._tokens)):
            depth += _nesting(self._tokens[at])
            if depth == 0:
                break
        self.back(at + 1)
        return tuple(self._tokens[start + 1 : at])

    def pair(self) -> bool:
        """Step over a pair of parentheses or brackets with all that is inside, if it comes next and is closed."""
        if self.next is None or self.next.text not in ("(", "["):
            return False
        depth = 0
        for at in range(self.index, len(self._tokens)):
            depth += _DEPTH.get(self._tokens[at].text, 0)
            if depth == 0:
                self.back(at + 1)
                return True
        return False

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
        start = self.index
        while (part := self.any_word()) is not None:
            parts.append(part)
            if not self.symbol("."):
                return Name(parts[-2] if len(parts) > 1 else None, parts[-1], self._tokens[start].start)
        self.back(start)
        return None

    def any_word(self) -> str | None:
        """Step over any word or quoted identifier, keywords included, and return it folded and cut."""
        token = self.next
        if token is None or token.kind not in (Kind.WORD, Kind.IDENTIFIER):
            return None
        self.back(self.index + 1)
        return fold(token, self._uescape() if token.kind is Kind.IDENTIFIER and token.text[0] != '"' else "\\")

    def string(self) -> str | None:
        """Step over a string, over the lines on which it goes on, and over its UESCAPE."""
        parts: list[Token] = []
        while self.next is not None and self.next.kind is Kind.STRING and (not parts or self._continues(self.next)):
            parts.append(self.step())
        if not parts:
            return None
        return string_value(*parts, escape=self._uescape())

    def _continues(self, token: Token) -> bool:
        """Whether a string goes on in this one: a line ends between them, and only the first has a prefix."""
        if self._text and not {"\n", "\r"} & set(self.slice(self.last.end, token.start)):
            return False
        return token.text[0] == "'" and self.last.text[-1] == "'"

    def _uescape(self) -> str:
        behind = self.ahead(1) if self.word == "uescape" else None
        if behind is None or behind.kind is not Kind.STRING:
            return "\\"
        self.back(self.index + 2)
        return string_value(behind) or "\\"


_DEPTH: Final = {"(": 1, "[": 1, ")": -1, "]": -1}
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
