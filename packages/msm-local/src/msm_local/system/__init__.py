"""Processes, ports and files of the machine."""
