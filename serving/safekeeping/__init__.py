"""HOW NOTHING IS LOST: an installation copied while it runs, and put back whole, on either kind of database.

`backup` writes a copy, `restore` makes an installation of it; `rows` moves what the operational database holds.
"""
