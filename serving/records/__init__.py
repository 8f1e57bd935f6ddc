"""WHAT THE MODELS ARE AND HOW THEY DO: what is live and was, on what it rests, and the reports that training wrote."""
