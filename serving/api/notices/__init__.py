"""The calls by which others hear of alerts: asking for them, or being called."""
