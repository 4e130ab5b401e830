"""Kills many upgrades, one after the other; see ``__main__``.

A package, because what multiprocessing forks imports the main module again unless it is this one.
"""
