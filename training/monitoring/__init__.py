"""HOW LIVE MODELS FARE: what came of predictions, what drifted and whether it matters, how feeds stand, and who must look."""
