"""WHAT HAPPENED SO FAR WITH ONE CUSTOMER: touchpoints, use and risk over time."""
