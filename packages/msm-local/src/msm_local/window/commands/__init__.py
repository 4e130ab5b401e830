"""The commands of msm-migrations, and what they said last."""
