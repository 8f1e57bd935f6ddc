"""MORE WORK THAN CAN BE DONE (R5): requests that arrive at set times, whether or not those before them were answered."""
