"""WHO MAY LEAVE: the customers whom the question of churn is about, as known at a moment."""
