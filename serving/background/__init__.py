"""WHAT IS DONE BESIDE ANSWERING: moving what was told into the event log."""
