-- The catalog of the local platform. Nobody but the platform role reads or writes it.

CREATE TABLE msm_local.settings (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    owner_role text NOT NULL,
    runtime_role text NOT NULL,
    data_source_uid uuid NOT NULL DEFAULT gen_random_uuid(),
    organization_uid uuid NOT NULL DEFAULT gen_random_uuid(),
    environment_uid uuid NOT NULL DEFAULT gen_random_uuid(),
    user_uid uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN msm_local.settings.owner_role IS
    'Owns all migrated tables; recorded because a copy of the database keeps its roles.';

CREATE TABLE msm_local.code_repository_branches (
    uid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code_repository_uid uuid NOT NULL,
    repository_identity text NOT NULL,
    repository_branch text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (repository_identity, repository_branch)
);

CREATE TABLE msm_local.meta_tables (
    uid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    data_source_uid uuid NOT NULL,
    identifier text,
    namespace text,
    description text,
    labels text[] NOT NULL DEFAULT '{}',
    protect_from_deletion boolean NOT NULL DEFAULT false,
    management_mode text NOT NULL DEFAULT 'platform_managed',
    schema_management_mode text NOT NULL DEFAULT 'alembic_managed',
    provisioning_status text NOT NULL DEFAULT 'reserved'
        CHECK (provisioning_status IN ('reserved', 'active')),
    migration_package text NOT NULL,
    migration_namespace text NOT NULL,
    migration_provider_key text NOT NULL,
    alembic_version_meta_table_uid uuid REFERENCES msm_local.meta_tables ON DELETE SET NULL,
    alembic_revision text,
    physical_schema text NOT NULL,
    physical_table_name text NOT NULL,
    table_kind text NOT NULL CHECK (table_kind IN ('relational', 'time_indexed')),
    time_index_name text,
    index_names text[] NOT NULL DEFAULT '{}',
    cadence text,
    partition_strategy text,
    storage_layout jsonb,
    table_contract jsonb NOT NULL,
    columns jsonb NOT NULL DEFAULT '[]',
    indexes_meta jsonb NOT NULL DEFAULT '[]',
    foreign_keys jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    UNIQUE (physical_schema, physical_table_name),
    CHECK ((table_kind = 'time_indexed') = (time_index_name IS NOT NULL))
);
COMMENT ON COLUMN msm_local.meta_tables.columns IS
    'Columns, indexes_meta and foreign_keys are what PostgreSQL had at the last finalize.';
COMMENT ON COLUMN msm_local.meta_tables.deleted_at IS
    'When a downgrade dropped the table; the row stays, because a revival keeps its uid.';
CREATE UNIQUE INDEX meta_tables_identifier
    ON msm_local.meta_tables (identifier) WHERE deleted_at IS NULL;

CREATE TABLE msm_local.migration_credentials (
    role_name text PRIMARY KEY,
    meta_table_uid uuid NOT NULL REFERENCES msm_local.meta_tables ON DELETE CASCADE,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    dropped_at timestamptz
);
CREATE INDEX migration_credentials_open
    ON msm_local.migration_credentials (expires_at) WHERE dropped_at IS NULL;
