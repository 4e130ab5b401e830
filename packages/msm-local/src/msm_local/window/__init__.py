"""The window: pages for people about one platform, which change nothing.

The server mounts ``door.Door``, and imports the rest when the first page is asked for.
"""
