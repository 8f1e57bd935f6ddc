"""THE PARTS OF THE WORK LIST: who is meant, in which order, what stands in a row, who is found, and what holds against it all."""
