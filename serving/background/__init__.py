"""WHAT IS DONE BESIDE ANSWERING: one process leads, and does every task again and again, each in a thread of its own."""
