"""Kills many upgrades, one after the other; see ``__main__``.

A package, because a process that multiprocessing forks imports a main module again, but not this.
"""
