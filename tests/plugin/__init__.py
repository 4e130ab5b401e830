"""The pytest plugin, as projects use it: each run is a process of its own."""
