"""Functions that a SELECT calls for what they do, such as those of TimescaleDB."""

from collections.abc import Iterator

import postgast
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as tree

__all__ = ["DELETING", "name_of", "relation_of", "unknown_functions"]

# Of TimescaleDB: they remove chunks with their rows, at once or by a job that runs later.
DELETING = frozenset({"drop_chunks", "add_retention_policy"})
# They remove nothing. A name that begins with pg_ is PostgreSQL's own.
POSTGRESQL_NAMES = """
    abs any_value array_agg array_length array_position array_to_string avg bool_and bool_or
    cardinality ceil char_length clock_timestamp col_description concat concat_ws count
    current_database current_schema current_setting currval date_bin date_part date_trunc
    dense_rank every first_value floor format format_type gen_random_uuid generate_series
    has_column_privilege has_schema_privilege has_table_privilege json_agg json_build_object
    jsonb_agg jsonb_build_object jsonb_array_length lag last_value lastval lead left length lower
    make_date make_interval make_timestamptz max md5 min mod nextval now num_nonnulls num_nulls
    obj_description percentile_cont quote_ident quote_literal random rank regexp_replace replace
    right round row_number row_to_json set_config setval split_part starts_with statement_timestamp
    string_agg strpos substr substring sum to_char to_date to_json to_jsonb to_number to_regclass
    to_timestamp transaction_timestamp trunc txid_current unnest upper uuidv4 uuidv7 version
    age array_append array_cat array_remove array_upper btrim cbrt degrees div exp initcap isfinite
    json_array_length json_build_array jsonb_build_array jsonb_each jsonb_insert jsonb_pretty
    jsonb_set jsonb_strip_nulls jsonb_typeof ln log lpad ltrim make_time ntile num_nulls overlay
    percent_rank percentile_disc position power radians regexp_match regexp_split_to_array repeat
    reverse rpad rtrim scale sign sqrt stddev string_to_array timezone to_jsonb translate trim
    variance width_bucket
"""
# Of TimescaleDB, and the last one of pg_partman: in the schema that the extension is in.
EXTENSION_NAMES = """
    add_columnstore_policy add_compression_policy add_continuous_aggregate_policy add_dimension
    add_reorder_policy by_hash by_range chunks_detailed_size compress_chunk create_hypertable
    decompress_chunk enable_chunk_skipping hypertable_size remove_columnstore_policy
    remove_compression_policy remove_continuous_aggregate_policy remove_reorder_policy
    remove_retention_policy set_chunk_time_interval set_integer_now_func set_number_partitions
    show_chunks time_bucket
    create_parent
"""
POSTGRESQL = frozenset(POSTGRESQL_NAMES.split())
EXTENSIONS = DELETING | frozenset(EXTENSION_NAMES.split())


def name_of(call: tree.FuncCall) -> str:
    """The name of a function, without its schema."""
    return str(call.funcname[-1].string.sval)


def unknown_functions(statement: tree.SelectStmt) -> Iterator[str]:
    """The functions of a statement that may do anything, each as often as it is called."""
    for call in postgast.find_nodes(statement, tree.FuncCall):
        name = name_of(call)
        # The parser itself writes this schema for what has a syntax of its own, such as EXTRACT.
        is_pg_catalog = len(call.funcname) > 1 and call.funcname[0].string.sval == "pg_catalog"
        is_builtin = len(call.funcname) == 1 and (name in POSTGRESQL or name.startswith("pg_"))
        if not (is_pg_catalog or is_builtin or name in EXTENSIONS):
            yield name


def relation_of(call: tree.FuncCall) -> tree.RangeVar | None:
    """The table in the first argument, or in the one named relation; None if it is no literal."""
    for position, argument in enumerate(call.args):
        named = argument.named_arg_expr
        if argument.HasField("named_arg_expr") and named.name == "relation":
            return _table_in(named.arg)
        if position == 0 and not argument.HasField("named_arg_expr"):
            return _table_in(argument)
    return None


def _table_in(value: tree.Node) -> tree.RangeVar | None:
    literal = value.type_cast.arg if value.HasField("type_cast") else value
    if not literal.a_const.HasField("sval"):
        return None
    try:
        # As PostgreSQL reads a regclass: with a schema or without, quoted or in small letters.
        parsed = postgast.parse(f"TABLE {literal.a_const.sval.sval}")
    except (postgast.PgQueryError, DecodeError):
        return None
    return next(iter(postgast.find_nodes(parsed, tree.RangeVar)), None)
