"""HOW THE SERVICE IS DOING: what it counts, what stands in its gauges, and whether its database answers."""
