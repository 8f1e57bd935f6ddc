"""EVERYTHING AT ONCE: a whole shop under events, questions, decisions and a promotion, and what must hold all the while."""
