"""HOW THE DECISION SYSTEM FARES: customers without an offer, offers available, models that matured, offers nobody answers."""
