"""WHAT KEEPS THE AUDIT HONEST: each entry sealed with the one before it, the newest seal kept outside the database too."""
