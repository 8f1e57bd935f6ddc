"""What a policy is worth where the truth is known: in simulated companies, against everything simpler, and the best possible."""
