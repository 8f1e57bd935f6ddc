"""What a customer is beside others: values that customers had, kept in steps of rank, and looked up for one row at a time."""
