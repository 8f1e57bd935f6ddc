"""WHO IS CALLED WHAT: the names of customers by which people look for them, for the page alone; no model and no log holds one."""
