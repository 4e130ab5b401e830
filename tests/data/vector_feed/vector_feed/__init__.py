"""A project with tables of its own beside ms-markets, as it was before it moved onto msm."""
