"""WHAT EVERY PAGE STANDS IN: how it is reached, becomes HTML, speaks the reader's language, and where it may be shown."""
