"""What all operations have in common."""

from __future__ import annotations

from enum import Enum

from sqlmig.sql.record import Record, aside


class Kind(Enum):
    """What sort of object a generic operation is about; the value is what SQL calls it."""

    ACCESS_METHOD = "access method"
    AGGREGATE = "aggregate"
    CAST = "cast"
    COLLATION = "collation"
    COLUMN = "column"
    CONSTRAINT = "constraint"
    CONVERSION = "conversion"
    DATABASE = "database"
    DOMAIN = "domain"
    DOMAIN_CONSTRAINT = "domain constraint"
    EVENT_TRIGGER = "event trigger"
    EXTENSION = "extension"
    FOREIGN_DATA_WRAPPER = "foreign data wrapper"
    FOREIGN_TABLE = "foreign table"
    FUNCTION = "function"
    INDEX = "index"
    LANGUAGE = "language"
    LARGE_OBJECT = "large object"
    MATERIALIZED_VIEW = "materialized view"
    OPERATOR = "operator"
    OPERATOR_CLASS = "operator class"
    OPERATOR_FAMILY = "operator family"
    PARAMETER = "parameter"
    POLICY = "policy"
    PROCEDURE = "procedure"
    PUBLICATION = "publication"
    ROLE = "role"
    ROUTINE = "routine"
    RULE = "rule"
    SCHEMA = "schema"
    SEQUENCE = "sequence"
    SERVER = "server"
    STATISTICS = "statistics"
    SUBSCRIPTION = "subscription"
    TABLE = "table"
    TABLESPACE = "tablespace"
    TEXT_SEARCH_CONFIGURATION = "text search configuration"
    TEXT_SEARCH_DICTIONARY = "text search dictionary"
    TEXT_SEARCH_PARSER = "text search parser"
    TEXT_SEARCH_TEMPLATE = "text search template"
    TRANSFORM = "transform"
    TRIGGER = "trigger"
    TYPE = "type"
    USER_MAPPING = "user mapping"
    VIEW = "view"


class Operation(Record):
    """One change that a statement makes."""

    at: int = aside(default=0)
    """Offset, in the file's text, of the words that say so: of the action in ALTER TABLE, else of the statement."""


class Unknown(Operation):
    """A statement, or one action of it, that is not understood."""

    reason: str
    """What was expected or met, in a few words."""
    foreign: bool = False
    """Whether it is a body in a language other than SQL and plpgsql, of which nobody expects that it is read."""
