"""The provider, made by the SDK's own function."""

from vector_feed.models import Base, Source, VectorPrices

from msm.sdk.migrations import build_alembic_version_metatable
from tests.support.generation import sdk

FeedAlembicVersion = build_alembic_version_metatable(
    class_name="FeedAlembicVersion",
    namespace="vector-feed",
    identifier="vector_feed.alembic_version",
    schema=None,
    table_name="vector_feed__versions",
)

migration = sdk("migrations").build_metatable_migration_provider(
    package="vector_feed_connector",
    migration_namespace="vector-feed",
    script_location="vector_feed_migrations:",
    version_location_prefix="vector_feed_migrations:versions",
    target_metadata=Base.metadata,
    alembic_registry=FeedAlembicVersion,
    metatable_models=[Source, VectorPrices],
)
