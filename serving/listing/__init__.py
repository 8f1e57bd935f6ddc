"""WHO IS WHERE: customers of a live state by stage, band, value and alerts, in an order, a page at a time."""
