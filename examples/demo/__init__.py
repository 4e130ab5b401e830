"""The main job from start to end: upgrade, attach, write, read, report."""
