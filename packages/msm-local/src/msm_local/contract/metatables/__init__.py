"""The contents of generation 2's requests and answers; nothing here knows HTTP."""
