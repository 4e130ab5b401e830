"""Why a migration was refused or failed, as one tree."""
