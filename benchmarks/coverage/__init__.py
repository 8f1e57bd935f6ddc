"""Do the 95 % intervals of a policy's value cover the truth: a campaign over logs drawn from the frozen response model."""
