"""The whole main job in one run: upgrade, attach, write, read, report."""
