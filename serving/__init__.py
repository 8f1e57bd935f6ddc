"""FROM REQUEST TO DECISION: the HTTP service over the live bundle, and the operational database."""
