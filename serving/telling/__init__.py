"""WHAT OTHERS TELL US: rows of events, judged one by one, and on disk before they are acknowledged."""
