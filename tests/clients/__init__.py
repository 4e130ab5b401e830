"""Clients that this project did not write, run against msm-local as their users run them."""
