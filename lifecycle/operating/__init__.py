"""WHAT KEEPS AN INSTALLATION SAFE: verify what is stored, back it up, restore it, change its signing key, prune what is over."""

from lifecycle.operating.group import register

__all__ = ["register"]
