"""WHAT EVERY REQUEST PASSES: its number, the key and its scopes, the bound on work in hand, and refusals that repeat nothing."""
