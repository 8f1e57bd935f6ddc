"""The company that features are measured on, drawn from seeds: `draw_groups` its history, `draw_further_days` what follows."""

from benchmarks.features.company.people import draw_further_days, draw_groups

__all__ = ["draw_further_days", "draw_groups"]
