"""The contents of requests and answers; nothing here knows HTTP."""
