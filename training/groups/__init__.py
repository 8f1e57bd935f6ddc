"""FOR WHOM DOES A RECIPE DO WELL: the stage and the segment of every customer asked about, and how each of them fared."""

from training.groups.grades import group_grades

__all__ = ["group_grades"]
