-- What attaching looks up, so that it costs the same beside the tables of a hundred namespaces.

CREATE INDEX meta_tables_name ON msm_local.meta_tables (physical_table_name);
CREATE INDEX meta_tables_targets ON msm_local.meta_tables
    USING gin (jsonb_path_query_array(foreign_keys, '$[*].target_table_uid'));
COMMENT ON INDEX msm_local.meta_tables_targets IS
    'By the tables that its foreign keys reference.';
