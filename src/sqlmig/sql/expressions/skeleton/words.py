"""The words of the grammar in a value or a condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.expressions.skeleton.writer import Writer, cast, clause, leaf, named, opening, plain
from sqlmig.sql.parse.pieces import name, operator
from sqlmig.sql.tokens import Kind

Handler = Callable[[Writer], None]


# --- operators ---


def any_operator(w: Writer) -> None:
    """Write an operator as one that sqlglot reads, with the precedence that it has for PostgreSQL."""
    qualified = w.r.word == "operator"
    text = operator(w.r)
    if not w.operand:
        w.prefix("-" if text == "-" else "~")
    elif qualified and text.rpartition(".")[2] == "=":
        w.write("&")
    else:
        w.write("||" if qualified else _WRITTEN.get(text, "||"))


_WRITTEN: Final = {
    **{comparison: comparison for comparison in ("=", "<>", "!=", "<", ">", "<=", ">=")},
    **dict.fromkeys(("+", "-"), "+"),
    **dict.fromkeys(("*", "/", "%", "^"), "*"),
}
"""The operators with a precedence of their own; all others share one."""


def _operator_word(w: Writer) -> None:
    if w.follows("("):
        any_operator(w)
    else:
        named(w)


def _not(w: Writer) -> None:
    w.r.step()
    if not w.operand:
        w.prefix("not")
        w.start()
    elif w.r.word in ("in", "between"):
        w.write("not")
    elif w.r.word not in ("like", "ilike", "similar"):
        w.refuse("NOT between two values")


def _like(w: Writer) -> None:
    """LIKE, ILIKE and SIMILAR TO, with or without NOT: nobody asks what they find."""
    if not w.operand:
        w.refuse("a pattern without a value")
    if not w.r.accept("similar", "to"):
        w.r.step()
    w.write("like")


def _escape(w: Writer) -> None:
    if w.operand:
        w.r.step()
        w.write("||")
    else:
        named(w)


def _overlaps(w: Writer) -> None:
    w.r.step()
    w.write("|")


def _at(w: Writer) -> None:
    if w.operand and w.r.accept("at", "time", "zone"):
        w.write("at", "time", "zone")
    elif not (w.operand and w.r.accept("at", "local")):
        named(w)


def _collate(w: Writer) -> None:
    """COLLATE is followed by its own number."""
    w.write("collate")
    leaf(w)
    name(w.r)


def _between(w: Writer) -> None:
    plain(w)
    w.r.one_of("symmetric", "asymmetric")
    w.push("between")


def _and(w: Writer) -> None:
    plain(w)
    if w.inside == "between":
        w.pop()
    else:
        w.start()


def _is(w: Writer) -> None:
    """IS is followed by the number of what comes next, but for IS DISTINCT FROM."""
    r = w.r
    w.enclose()
    plain(w)
    if r.word_ahead(1 if r.word == "not" else 0) == "distinct":
        if r.word == "not":
            plain(w)
        if not r.accept("distinct", "from"):
            w.refuse("IS DISTINCT without FROM")
        w.write("distinct", "from")
        return
    first = r.index
    r.accept("not")
    if r.one_of("nfc", "nfd", "nfkc", "nfkd") and r.word != "normalized":
        w.refuse("a normal form without NORMALIZED")
    if r.accept("json"):
        r.one_of("value", "array", "object", "scalar")
        if r.accept("with", "unique") or r.accept("without", "unique"):
            r.accept("keys")
    elif not r.one_of("null", "true", "false", "unknown", "document", "normalized"):
        w.refuse("IS without a word that may follow it")
    w.leaves.add(first)
    w.write(f"n{first}")
    w.enclose()


def _null_test(w: Writer) -> None:
    """ISNULL and NOTNULL."""
    w.enclose()
    w.write("is")
    leaf(w)
    w.enclose()


def _quantifier(w: Writer) -> None:
    """ANY, SOME and ALL behind an operator; ALL of SELECT ALL and UNION ALL."""
    r, word = w.r, w.r.word
    behind_operator = bool(r.index) and (r.last.kind is Kind.SYMBOL or r.last.word in ("like", "ilike", "to"))
    if not w.follows("(") or not behind_operator:
        clause(w)
    elif word == "all":
        leaf(w)
    else:
        r.step()
        w.write("any")


# --- values ---


def _case(w: Writer) -> None:
    plain(w)
    w.push("case")


def _end(w: Writer) -> None:
    if w.pop() != "case":
        w.refuse("END without CASE")
    w.r.step()
    w.write("end", operand=True)


def _cast(w: Writer) -> None:
    if not w.follows("("):
        w.refuse("CAST without parentheses")
    plain(w)
    opening(w, "cast")


def as_type(w: Writer) -> None:
    """AS of CAST."""
    w.r.step()
    cast(w, "as")


def _exists(w: Writer) -> None:
    if w.follows("("):
        plain(w)
    else:
        named(w)


def _special_call(w: Writer) -> None:
    """A function whose arguments are parted by words; without parentheses it is a name."""
    if not w.follows("("):
        named(w)
        return
    word = w.r.word
    leaf(w)
    opening(w, word)
    if word == "extract" and w.r.next is not None and w.r.next.kind in (Kind.WORD, Kind.IDENTIFIER):
        leaf(w, quoted=True)


def _normal_form(w: Writer) -> None:
    if w.inside == "normalize" and w.last == ",":
        leaf(w, quoted=True)
    else:
        named(w)


SEPARATORS: Final[dict[str, frozenset[str]]] = {
    "extract": frozenset({"from"}),
    "normalize": frozenset(),
    "overlay": frozenset({"placing", "from", "for"}),
    "position": frozenset({"in"}),
    "substring": frozenset({"from", "for", "similar", "escape"}),
    "trim": frozenset({"both", "leading", "trailing", "from"}),
}
"""The words that part the arguments of these functions; they are written as commas."""


def separator(w: Writer) -> None:
    """Write such a word, if anything stands in front of it."""
    w.r.step()
    if w.last not in ("(", ","):
        w.write(",")


def _over(w: Writer) -> None:
    if w.last != ")":
        named(w)
        return
    plain(w)
    if w.r.is_symbol("("):
        opening(w, "over")


def _filter(w: Writer) -> None:
    if w.last == ")" and w.follows("("):
        plain(w)
    else:
        named(w)


def _within(w: Writer) -> None:
    if w.last == ")" and w.r.accept("within", "group"):
        w.write("within", "group")
    else:
        named(w)


def _left_out(w: Writer) -> None:
    w.r.step()


WORDS: Final[dict[str, Handler]] = {
    **dict.fromkeys(SEPARATORS, _special_call),
    **dict.fromkeys(("nfc", "nfd", "nfkc", "nfkd"), _normal_form),
    **dict.fromkeys(("like", "ilike", "similar"), _like),
    **dict.fromkeys(("any", "some", "all"), _quantifier),
    **dict.fromkeys(("isnull", "notnull"), _null_test),
    **dict.fromkeys(("cast", "treat"), _cast),
    **dict.fromkeys(("true", "false", "null"), leaf),
    **dict.fromkeys(("or", "when", "then", "else", "distinct"), clause),
    **dict.fromkeys(("in", "array"), plain),
    "and": _and,
    "at": _at,
    "between": _between,
    "case": _case,
    "collate": _collate,
    "end": _end,
    "escape": _escape,
    "exists": _exists,
    "filter": _filter,
    "is": _is,
    "not": _not,
    "operator": _operator_word,
    "over": _over,
    "overlaps": _overlaps,
    "variadic": _left_out,
    "within": _within,
}
