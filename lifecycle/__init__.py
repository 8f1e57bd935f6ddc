"""THE COMMAND LINE: one file a command group; the only room that knows all the others."""
