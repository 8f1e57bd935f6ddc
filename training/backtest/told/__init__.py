"""HOW A BACK-TEST IS TOLD: in sentences, in tables, and on a page with pictures."""
