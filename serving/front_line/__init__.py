"""FOR WHOEVER TALKS TO THE CUSTOMER NOW: what may be given back, and where the customer belongs."""
