"""The functions that an operation may call: they only compute from their arguments.

The list leaves out functions that read files, settings or other sessions, that take SQL as text, or
that write, and functions that a database defines itself.
"""

__all__ = ["ALLOWED"]

AGGREGATES = """
    array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every
    json_agg json_object_agg jsonb_agg jsonb_object_agg max min mode percentile_cont
    percentile_disc range_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
    stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance any_value
"""
WINDOWS = """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank
    row_number
"""
NUMBERS = """
    abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees div exp floor gcd isfinite lcm ln
    log log10 mod numeric pi power radians random round scale sign sin sqrt tan trim_scale trunc
    width_bucket float4 float8 int2 int4 int8
"""
TEXTS = """
    ascii btrim char_length character_length chr concat concat_ws format initcap left length like
    like_escape lower lpad ltrim md5 normalize notlike octet_length overlay position quote_ident
    quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_matches
    regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse
    right rpad rtrim similar_to_escape split_part starts_with string_to_array string_to_table strpos
    substr substring text to_char to_number translate upper similar_escape bpchar varchar
"""
TIMES = """
    age clock_timestamp date date_add date_bin date_part date_subtract date_trunc extract
    generate_series interval isfinite justify_days justify_hours justify_interval make_date
    make_interval make_time make_timestamp make_timestamptz now statement_timestamp timezone
    timestamptz to_date to_timestamp transaction_timestamp overlaps
"""
JSON_VALUES = """
    array_to_json json_array_elements json_array_elements_text json_array_length json_build_array
    json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object
    json_object_keys json_populate_record json_populate_recordset json_strip_nulls json_to_record
    json_to_recordset json_typeof jsonb_array_elements jsonb_array_elements_text jsonb_array_length
    jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
    jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys jsonb_path_exists
    jsonb_path_match jsonb_path_query jsonb_path_query_array jsonb_path_query_first
    jsonb_populate_record jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax
    jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json to_json to_jsonb
"""
OTHERS = """
    array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_to_string array_upper cardinality
    gen_random_uuid hashtext num_nonnulls num_nulls pg_typeof trim_array unnest uuidv4 uuidv7
    uuid_extract_timestamp uuid_extract_version
"""
ALLOWED = frozenset(
    " ".join((AGGREGATES, WINDOWS, NUMBERS, TEXTS, TIMES, JSON_VALUES, OTHERS)).split()
)
