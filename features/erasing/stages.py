"""How do kept Mondays forget people: those that hold one are written again without the row, and the old ones go at once.

Nothing points to a kept Monday by its digest. One that holds for the log before holds for the log after as well: computing two
years of Mondays again for everybody, since one person left, would be waste.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection

from features.erasing.among import about
from features.erasing.cleared import Cleared
from features.erasing.log import LogErased
from features.home import Home
from features.stages.kept import KeptMonday, Recipe, hold_for, open_monday, recipe_of, stage_sets_of, write_monday
from features.write_once import TEMPORARY

STORE = "stages"


def rewrite_stages(home: Home, customers: Collection[str], *, log: LogErased) -> Cleared:
    """Write every kept Monday that holds one of these people again without them."""
    paths = sorted(home.stages.glob("[0-9]*-*"))
    rows = [_rewritten(home, open_monday(path, verify=False), customers=customers, log=log) for path in paths]
    return Cleared(STORE, len(paths), sum(map(bool, rows)), sum(rows))


def _rewritten(home: Home, kept: KeptMonday, *, customers: Collection[str], log: LogErased) -> int:
    recipe = recipe_of(kept)
    until = log.before.holds_before(recipe.log_digest)
    holds = until is not None and until >= kept.monday and log.before.digest != log.after.digest
    gone = about(kept.ids, customers)
    if not gone.any():
        if holds:
            hold_for(kept, log.after)
        return 0
    made_from = Recipe(recipe.rules, log.after.digest if holds else recipe.log_digest, kept.path.name)
    write_monday(home, kept.without(gone), columns=stage_sets_of(kept), recipe=made_from)
    shutil.rmtree(kept.path.rename(kept.path.with_name(f"{TEMPORARY}{kept.path.name}")))
    return int(gone.sum())
