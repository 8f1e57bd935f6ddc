"""FROM WHICH CATEGORIES WILL A CUSTOMER BUY: the walk over past moments, and the grades of its lists."""
