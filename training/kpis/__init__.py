"""FROM LOG TO KPI REPORT: what was known at a moment, read from the log, the stages and the live predictions, and its page."""
