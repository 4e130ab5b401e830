"""The API of the metatables packages, in a process of its own, and the platform around it.

It expects a platform: users, one Secret, Git contexts, a set of public keys over HTTPS, and an
ingress that signs who calls. All of that is here, on 127.0.0.1. Only vendor_process imports the
vendor's packages.
"""
