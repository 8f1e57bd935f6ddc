"""WHOM THE OFFERS MISS: customers for whom nothing is relevant, offers that never win, and which part decides who wins."""
