"""HOW THE DATABASE IS OPENED: one URL, two kinds of database that keep the same promises, and tables that are up to date."""
