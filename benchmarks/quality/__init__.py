"""How good are the predictions on real purchases, beside every peer asked about the same customers at the same past moments."""
