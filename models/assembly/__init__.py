"""ALL THAT IS PREDICTED OF SOMEBODY, put together in one way: for a whole snapshot, a changed customer and a what-if alike."""

from models.assembly.assembled import asked_only, assembled, merged, offering, said_by
from models.assembly.judged import judged_columns
from models.assembly.people import People
from models.assembly.references import PopulationReferences
from models.assembly.standing import derived_columns, read_columns, standing_columns

__all__ = [
    "People",
    "PopulationReferences",
    "asked_only",
    "assembled",
    "derived_columns",
    "judged_columns",
    "merged",
    "offering",
    "read_columns",
    "said_by",
    "standing_columns",
]
