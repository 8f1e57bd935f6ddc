"""WHAT A MODEL IS: learners, the models built of them, and the bundle format they are stored and served in."""
