"""WHAT WILL A CUSTOMER BRING: the question, the blends that compete, their level, season and ends, and what it all is worth."""
