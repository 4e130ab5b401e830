"""The release: five distributions of one version, and a changelog that lists it."""
