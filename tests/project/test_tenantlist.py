"""Lists of tenants: three formats, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlmig.errors import ProjectError, UsageError
from sqlmig.project.tenantlist import read_tenant_list

SAME = [
    (2, {"slug": "acme", "name": "Acme, Inc", "tier": "gold"}),
    (3, {"slug": "globex", "name": 'Globex "G"'}),
]
TEXTS = {
    "list.csv": 'slug,name,tier\nacme,"Acme, Inc",gold\nglobex,"Globex ""G""",\n',
    "list.json": (
        '[\n{"slug": "acme", "name": "Acme, Inc", "tier": "gold"},\n'
        '{"slug": "globex", "name": "Globex \\"G\\"", "tier": null}\n]\n'
    ),
    "list.yaml": "# tenants\n- {slug: acme, name: 'Acme, Inc', tier: gold}\n- {slug: globex, name: Globex \"G\"}\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_format_says_the_same(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TEXTS[name])
    assert [(row.place.line, row.cells) for row in read_tenant_list(tmp_path / name)] == SAME


@pytest.mark.parametrize(("name", "text"), [("a.csv", "slug\n"), ("a.json", " [ ]\n"), ("a.yaml", "[]\n")])
def test_a_list_may_be_empty(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_tenant_list(tmp_path / name) == ()


def test_a_byte_order_mark_and_line_breaks_in_a_value_are_read(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes('\ufeffslug,note\r\na,"one\r\ntwo"\r\n\r\nb,x\r\n'.encode())
    rows = read_tenant_list(file)
    assert [(row.place.line, row.cells["slug"]) for row in rows] == [(2, "a"), (5, "b")]
    assert rows[0].cells["note"] == "one\ntwo"


def test_numbers_and_switches_become_text(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text('[{"slug": "a", "seats": 12, "price": 1.5, "active": true}]')
    assert read_tenant_list(file)[0].cells == {"slug": "a", "seats": "12", "price": "1.5", "active": "true"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", [(1, "the first line names no column `slug`")]),
        (
            "a.csv",
            "slug,a b,x,x\nacme,1\n,,2,\n",
            [
                (1, "'a b' is no column's name"),
                (1, "the column x stands there twice"),
                (2, "2 values, where the first line has 4 columns"),
                (3, "the tenant has no slug"),
            ],
        ),
        ("a.csv", "slug;name\nacme;A\nglobex;G\n", [(1, "the first line names no column `slug`")]),
        ("a.csv", "name,tier\nAcme,gold\n", [(1, "the first line names no column `slug`")]),
        ("a.csv", 'slug\n"acme\n', [(2, "no CSV: unexpected end of data")]),
        ("a.json", "{}", [(1, "no list of tenants")]),
        (
            "a.json",
            '[\n{"slug": "a"},\n7,\n{"slug": [1]}]',
            [(3, "no tenant"), (4, "slug is no single value"), (4, "the tenant has no slug")],
        ),
        ("a.json", '[\n{"slug": "a"}\n{"slug": "b"}]', [(3, "no JSON: ',' or ']' is missing")]),
        ("a.json", '[\n{"slug": }]', [(2, "no JSON: Expecting value")]),
        ("a.json", '[{"slug": "a"},', [(1, "no JSON: Expecting value")]),
        ("a.json", '[{"slug": "a"}\n', [(2, "no JSON: ',' or ']' is missing")]),
        ("a.json", '[\n{"slug": "a"},\n]', [(3, "no JSON: Expecting value")]),
        ("a.json", '[\n{"slug": "a"}]\n[]', [(3, "no JSON: the list has ended")]),
        ("a.json", '[{"slug": "a"},\n{"slug": "b", "slug": "c"}]', [(2, "slug stands there twice")]),
        ("a.json", '[{"slug": "a", "slug": "a"},\n{"slug": "b"}]', [(1, "slug stands there twice")]),
        ("a.yaml", "slug: a\n", [(1, "no list of tenants")]),
        ("a.yaml", "- slug: a\n- {slug: b, country: no}\n", [(2, "country can be read in two ways")]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("a.") else "",
)
def test_everything_that_is_wrong_is_told_with_its_line(
    tmp_path: Path, name: str, text: str, said: list[tuple[int, str]]
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ProjectError) as caught:
        read_tenant_list(tmp_path / name)
    found = [(one.place.line if one.place is not None else None, one.message) for one in caught.value.problems]
    assert found == said


@pytest.mark.parametrize(
    ("name", "said"),
    [("none.csv", "there is no file"), ("list.txt", "is no list of tenants"), (".", "no list of tenants")],
)
def test_what_is_no_list_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_tenant_list(tmp_path / name)


def test_bytes_that_are_no_utf_8_are_named(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"slug\nM\xfcller\n")
    with pytest.raises(ProjectError, match="byte 6 is not UTF-8"):
        read_tenant_list(file)
