"""HOW FIGURES ARE TAKEN: ratios, waits, slopes and verdicts, whatever they are of."""
