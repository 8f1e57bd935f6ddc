"""FROM PREDICTION TO WHOEVER MUST KNOW: which alerts stand, whom to tell, and how a message reaches them safely."""
