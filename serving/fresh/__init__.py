"""WHO HAS NEWS, PREDICTED ANEW: the live models asked about single customers, as of now."""
