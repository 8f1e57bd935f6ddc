"""What will customers need next, and which of the new ones resemble the best: two lists, each with how far it can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lifecycle.console import JsonFlag, emit, phase, say

if TYPE_CHECKING:
    from training.questions.lookalikes import LookAlikes
    from training.questions.needs.grades import NeedsGrades

_SHOWN = 20
_MEASURES = ("auc", "lift_top_decile")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(needs)
    app.command("look-alikes")(look_alikes)


def needs(
    out: Annotated[Path, typer.Option(help="Write the lists to this .csv or .parquet file, whole or not at all.")],
    most: Annotated[int, typer.Option(min=1, max=100, help="At most so many categories for each customer.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="The same log and seed give the same lists.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """List the categories each customer is likeliest to buy from next, graded at past moments beside habit and popularity."""
    import pyarrow as pa

    from lifecycle.settings import Settings
    from training.publishing.files import check_format, write_table
    from training.questions.needs.grades import grade_needs
    from training.questions.needs.question import NeedsQuestion, PurchaseLines, fit_all, next_categories, walk_needs

    check_format(out)
    home, question = Settings().home, NeedsQuestion()
    with phase("needs: graded at past moments"):
        lines = PurchaseLines.read(home)
        grades = grade_needs(walk_needs(lines, question, seed=seed), seed=seed)
    with phase("needs: lists for everybody who bought lately"):
        model = fit_all(lines, question, seed=seed)
        table = pa.concat_tables(next_categories(home, model, as_of=lines.observed_until, most=most))
    rows = write_table(table.to_pandas(), out)
    emit(_needs_json(grades, out, rows), f"{grades.verdict()}\n{rows:,} lines in {out}", as_json=as_json)


def look_alikes(
    out: Annotated[Path | None, typer.Option(help="Write all of them to this .csv or .parquet file.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List the new customers who resemble the high performers of earlier cohorts, with what they share."""
    from lifecycle.settings import Settings
    from training.publishing.files import check_format, write_table
    from training.publishing.scene import company_in_use
    from training.questions.lookalikes import find_look_alikes

    if out:
        check_format(out)
    home = Settings().home
    with phase("look-alikes"):
        found = find_look_alikes(home, company_in_use(home), say=say)
    if out:
        import pandas as pd

        write_table(pd.DataFrame(_customers(found)), out)
    emit(_found_json(found), _found_text(found), as_json=as_json)


def _needs_json(grades: NeedsGrades, out: Path, rows: int) -> dict[str, Any]:
    import msgspec

    graded: dict[str, Any] = msgspec.to_builtins({"anything": grades.anything, "new": grades.new, "folds": grades.folds})
    return {**graded, "verdict": grades.verdict(), "file": str(out), "rows": rows}


def _customers(found: LookAlikes) -> list[dict[str, Any]]:
    return [
        {"customer_id": each.customer_id, "chance": each.chance, "shares": ", ".join(trait.feature for trait in each.shared)}
        for each in found.customers
    ]


def _found_json(found: LookAlikes) -> dict[str, Any]:
    import msgspec

    body: dict[str, Any] = msgspec.to_builtins(found)
    return {**body, "beats_value_so_far": found.beats_value_so_far}


def _found_text(found: LookAlikes) -> str:
    from features.times import format_time

    head = (
        f"{found.new:,} new customers as of {format_time(found.as_of)}; learned from {found.learned_from:,} new customers of the "
        f"past and their value within {found.outlook_days} days"
    )
    trust = (
        "ranks new customers better than what they brought so far"
        if found.beats_value_so_far
        else "not shown to rank new customers better than what they brought so far: use it for what they share"
    )
    graded = [
        f"  {name:<14}" + "   ".join(f"{measure} {measures[measure].value:.3f}" for measure in _MEASURES)
        for name, measures in found.tables.pooled.items()
    ]
    shared = [f"  {trait.feature}: {trait.high:.4g} against {trait.others:.4g}" for trait in found.traits]
    listed = [f"  {each['customer_id']:<24}{each['chance']:.2f}  {each['shares']}" for each in _customers(found)[:_SHOWN]]
    return "\n".join(
        [head, f"Likeness: {trust}", *graded, "What high performers share while new", *shared, "The likeliest", *listed]
    )
