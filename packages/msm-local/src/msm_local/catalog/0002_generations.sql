-- What generation 2 of the SDK added: leases of migration connections, and which generation was
-- seen when.

ALTER TABLE msm_local.migration_credentials
    ADD COLUMN lease_uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
COMMENT ON COLUMN msm_local.migration_credentials.lease_uid IS
    'By which generation 2 releases the credential before it expires.';

CREATE TABLE msm_local.generations (
    database_oid oid NOT NULL,
    generation text NOT NULL CHECK (generation IN ('mainsequence8', 'metatables')),
    first_used_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (database_oid, generation)
);
COMMENT ON COLUMN msm_local.generations.database_oid IS
    'A copy of the database has another one, so that it starts as unused.';
