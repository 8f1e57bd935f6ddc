"""WHAT AN AGENT MAY OFFER AND GIVE BACK: the offers that stand, why not the others, who may still tell, and the limits."""
