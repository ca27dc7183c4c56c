"""Which function reads which statement of libpg_query's; a whole text's operations."""

from __future__ import annotations

from collections.abc import Callable

from google.protobuf.message import Message

from oracle import access, altering, objects, routines, rows, session, tables, trees, types
from oracle.names import kind_of
from sqlmig.sql.operations.base import Kind, Operation

Operations = tuple[Operation, ...]


def operations_of(text: str) -> list[Operations | None]:
    """The operations of each statement of a text, as libpg_query reads it; None for one that is not mapped.

    Raises:
        PgQueryError: libpg_query refuses the text.
    """
    raw = text.encode()
    found = []
    for statement in trees.parsed(text).stmts:
        end = statement.stmt_location + statement.stmt_len if statement.stmt_len else len(raw)
        found.append(operations_of_node(statement.stmt, raw[statement.stmt_location : end].decode()))
    return found


def operations_of_node(node: Message, written: str) -> Operations | None:
    """The operations of one statement's tree, with the text that it was read from."""
    kind = kind_of(node)
    read = _STATEMENTS.get(kind)
    return read(getattr(node, kind), written) if read else None


def is_ddl(node: Message) -> bool:
    """Whether a statement changes what a schema is made of, who may use it, or how it is set."""
    return kind_of(node) not in _NO_DDL


_NO_DDL = frozenset(
    """
    select_stmt insert_stmt update_stmt delete_stmt merge_stmt copy_stmt call_stmt explain_stmt
    variable_set_stmt variable_show_stmt transaction_stmt constraints_set_stmt lock_stmt
    vacuum_stmt check_point_stmt load_stmt discard_stmt listen_stmt notify_stmt unlisten_stmt
    prepare_stmt execute_stmt deallocate_stmt declare_cursor_stmt fetch_stmt close_portal_stmt
    """.split()  # noqa: SIM905  (a list of strings is harder to read)
)

_STATEMENTS: dict[str, Callable[[Message, str], Operations | None]] = {
    # tables, indexes, views
    "create_stmt": tables.create_table,
    "create_foreign_table_stmt": tables.create_foreign_table,
    "create_table_as_stmt": rows.create_table_as,
    "alter_table_stmt": altering.alter_table,
    "index_stmt": tables.create_index,
    "reindex_stmt": tables.reindex,
    "view_stmt": tables.create_view,
    "refresh_mat_view_stmt": tables.refresh_materialized_view,
    # types
    "create_enum_stmt": types.create_enum,
    "alter_enum_stmt": types.alter_enum,
    "composite_type_stmt": types.create_composite,
    "create_range_stmt": objects.created(Kind.TYPE, "type_name"),
    "alter_type_stmt": objects.altered(Kind.TYPE, "type_name"),
    "create_domain_stmt": types.create_domain,
    "alter_domain_stmt": types.alter_domain,
    "create_seq_stmt": types.create_sequence,
    "alter_seq_stmt": types.alter_sequence,
    # routines, policies, triggers
    "create_function_stmt": routines.create_routine,
    "alter_function_stmt": routines.alter_routine,
    "do_stmt": routines.do,
    "call_stmt": routines.call,
    "create_policy_stmt": routines.create_policy,
    "alter_policy_stmt": routines.alter_policy,
    "create_trig_stmt": routines.create_trigger,
    "rule_stmt": routines.create_rule,
    # any object
    "drop_stmt": objects.drop,
    "rename_stmt": objects.rename,
    "alter_object_schema_stmt": objects.set_schema,
    "alter_owner_stmt": objects.change_owner,
    "comment_stmt": objects.comment,
    "sec_label_stmt": objects.security_label,
    "define_stmt": objects.define,
    "create_stats_stmt": objects.create_statistics,
    "alter_object_depends_stmt": objects.alter_depends,
    "alter_extension_contents_stmt": objects.alter_contents,
    "alter_table_move_all_stmt": objects.move_all,
    # access
    "create_schema_stmt": access.create_schema(operations_of_node),
    "create_extension_stmt": access.create_extension,
    "create_role_stmt": access.create_role,
    "alter_role_stmt": access.alter_role,
    "alter_role_set_stmt": access.alter_role_setting,
    "drop_role_stmt": objects.drop_roles,
    "alter_database_set_stmt": access.alter_database_setting,
    "alter_system_stmt": access.alter_system,
    "grant_stmt": access.grant,
    "grant_role_stmt": access.grant_role,
    "alter_default_privileges_stmt": access.alter_default_privileges,
    "drop_owned_stmt": access.drop_owned,
    "reassign_owned_stmt": access.reassign_owned,
    # rows
    "select_stmt": rows.select,
    "insert_stmt": rows.insert,
    "update_stmt": rows.update,
    "delete_stmt": rows.delete,
    "merge_stmt": rows.merge,
    "truncate_stmt": rows.truncate,
    "copy_stmt": rows.copy,
    # the session
    "vacuum_stmt": session.vacuum,
    "cluster_stmt": session.cluster,
    "lock_stmt": session.lock,
    "variable_set_stmt": session.set_parameter,
    "constraints_set_stmt": session.set_constraints,
    "transaction_stmt": session.transaction,
    "explain_stmt": session.explain(operations_of_node),
    "import_foreign_schema_stmt": session.import_foreign_schema,
    "discard_stmt": session.discard,
    "fetch_stmt": session.fetch,
    "prepare_stmt": session.session_command("prepare", "name"),
    "execute_stmt": session.session_command("execute", "name"),
    "deallocate_stmt": session.session_command("deallocate", "name"),
    "declare_cursor_stmt": session.session_command("declare", "portalname"),
    "close_portal_stmt": session.session_command("close", "portalname"),
    "listen_stmt": session.session_command("listen", "conditionname"),
    "notify_stmt": session.session_command("notify", "conditionname"),
    "unlisten_stmt": session.session_command("unlisten", "conditionname"),
    "load_stmt": session.session_command("load", "filename"),
    "variable_show_stmt": session.session_command("show", "name"),
    "check_point_stmt": session.session_command("checkpoint"),
    # kinds without operations of their own
    "create_am_stmt": objects.created(Kind.ACCESS_METHOD, "amname"),
    "create_cast_stmt": objects.created(Kind.CAST, ""),
    "create_conversion_stmt": objects.created(Kind.CONVERSION, "conversion_name"),
    "create_event_trig_stmt": objects.created(Kind.EVENT_TRIGGER, "trigname"),
    "create_fdw_stmt": objects.created(Kind.FOREIGN_DATA_WRAPPER, "fdwname"),
    "create_foreign_server_stmt": objects.created(Kind.SERVER, "servername", if_not_exists="if_not_exists"),
    "create_op_class_stmt": objects.created(Kind.OPERATOR_CLASS, "opclassname"),
    "create_op_family_stmt": objects.created(Kind.OPERATOR_FAMILY, "opfamilyname"),
    "create_plang_stmt": objects.created(Kind.LANGUAGE, "plname", replace="replace"),
    "create_publication_stmt": objects.created(Kind.PUBLICATION, "pubname"),
    "create_subscription_stmt": objects.created(Kind.SUBSCRIPTION, "subname"),
    "create_table_space_stmt": objects.created(Kind.TABLESPACE, "tablespacename"),
    "create_transform_stmt": objects.created(Kind.TRANSFORM, "", replace="replace"),
    "create_user_mapping_stmt": objects.created(Kind.USER_MAPPING, "", if_not_exists="if_not_exists"),
    "createdb_stmt": objects.created(Kind.DATABASE, "dbname"),
    "alter_collation_stmt": objects.altered(Kind.COLLATION, "collname"),
    "alter_database_refresh_coll_stmt": objects.altered(Kind.DATABASE, "dbname"),
    "alter_database_stmt": objects.altered(Kind.DATABASE, "dbname"),
    "alter_event_trig_stmt": objects.altered(Kind.EVENT_TRIGGER, "trigname"),
    "alter_extension_stmt": objects.altered(Kind.EXTENSION, "extname"),
    "alter_fdw_stmt": objects.altered(Kind.FOREIGN_DATA_WRAPPER, "fdwname"),
    "alter_foreign_server_stmt": objects.altered(Kind.SERVER, "servername"),
    "alter_op_family_stmt": objects.altered(Kind.OPERATOR_FAMILY, "opfamilyname"),
    "alter_operator_stmt": objects.altered(Kind.OPERATOR, "opername"),
    "alter_publication_stmt": objects.altered(Kind.PUBLICATION, "pubname"),
    "alter_stats_stmt": objects.altered(Kind.STATISTICS, "defnames"),
    "alter_subscription_stmt": objects.altered(Kind.SUBSCRIPTION, "subname"),
    "alter_table_space_options_stmt": objects.altered(Kind.TABLESPACE, "tablespacename"),
    "alter_tsconfiguration_stmt": objects.altered(Kind.TEXT_SEARCH_CONFIGURATION, "cfgname"),
    "alter_tsdictionary_stmt": objects.altered(Kind.TEXT_SEARCH_DICTIONARY, "dictname"),
    "alter_user_mapping_stmt": objects.altered(Kind.USER_MAPPING, ""),
    "drop_subscription_stmt": objects.dropped(Kind.SUBSCRIPTION, "subname"),
    "drop_table_space_stmt": objects.dropped(Kind.TABLESPACE, "tablespacename"),
    "drop_user_mapping_stmt": objects.dropped(Kind.USER_MAPPING, ""),
    "dropdb_stmt": objects.dropped(Kind.DATABASE, "dbname"),
}
