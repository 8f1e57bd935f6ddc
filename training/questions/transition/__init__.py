"""IN WHICH STAGE WILL A CUSTOMER STAND: the question, the blends that compete, and what it finds out about moves."""
