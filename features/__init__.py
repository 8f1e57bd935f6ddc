"""WHAT WAS KNOWN at a moment: the company file, the event log, and the features computed from it.

This room imports nothing of the others. Everything here is a pure function of (events of one customer, `as_of`), or keeps one.
"""
