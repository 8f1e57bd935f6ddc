"""HOW THE BUSINESS IS DOING: the arithmetic of its KPIs, from arrays to figures with intervals, verdicts and trends."""
