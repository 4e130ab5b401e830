"""A service that offers assets and their daily prices over HTTP, made with ``msm.api``."""
