"""The report as people read it: a page with pictures, and the verdict as text."""

from features.quality.page.writing import keep, page, verdict_text

__all__ = ["keep", "page", "verdict_text"]
