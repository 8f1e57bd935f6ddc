"""WHAT MOVED: features and scores, by effects that chance does not reach, and whether decisions would be other ones without."""
