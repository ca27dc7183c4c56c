"""Rules: the quality of new tables, columns and indexes; most of them opinions, on by `lint.packs: [style]`."""

from __future__ import annotations

from sqlmig.lint.rule import Rule
from sqlmig.lint.rules.ban_money import ban_money
from sqlmig.lint.rules.duplicate_index import duplicate_index
from sqlmig.lint.rules.enum_type import enum_type
from sqlmig.lint.rules.fk_type_mismatch import fk_type_mismatch
from sqlmig.lint.rules.fk_without_index import fk_without_index
from sqlmig.lint.rules.missing_comment import missing_comment
from sqlmig.lint.rules.naming_convention import naming_convention
from sqlmig.lint.rules.no_primary_key import no_primary_key
from sqlmig.lint.rules.prefer_bigint import prefer_bigint
from sqlmig.lint.rules.prefer_identity import prefer_identity
from sqlmig.lint.rules.prefer_jsonb import prefer_jsonb
from sqlmig.lint.rules.prefer_text import prefer_text
from sqlmig.lint.rules.prefer_timestamptz import prefer_timestamptz
from sqlmig.lint.rules.reg_type_column import reg_type_column
from sqlmig.lint.rules.wide_index import wide_index
from sqlmig.lint.rules.wide_primary_key import wide_primary_key

RULES: tuple[Rule, ...] = (
    prefer_jsonb,
    no_primary_key,
    fk_without_index,
    fk_type_mismatch,
    duplicate_index,
    prefer_bigint,
    prefer_identity,
    prefer_text,
    prefer_timestamptz,
    ban_money,
    enum_type,
    wide_index,
    naming_convention,
    reg_type_column,
    wide_primary_key,
    missing_comment,
)
