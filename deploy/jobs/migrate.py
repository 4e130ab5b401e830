"""Apply the migrations of every provider, before anything that uses the tables is deployed."""

from metatables import upgrade_application

# Each after those whose tables it refers to.
PROVIDERS = ("msm_migrations:migration", "globex_migrations:migration")

for provider in PROVIDERS:
    # The end of every branch: a project that extends msm has one of its own.
    result = upgrade_application(provider, revision="heads")
    state = "migrated" if result["migrated"] else "already current"
    print(f"{provider}: {result['revision']}, {state}", flush=True)
