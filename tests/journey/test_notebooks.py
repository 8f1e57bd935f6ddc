"""Every notebook runs from top to bottom, as a reader would run it."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbclient
import pytest

# As the command line does, since every notebook brings the same libraries: look seldom for cycles in what lives to the end.
QUICKLY = ["--InteractiveShellApp.exec_lines=import gc; gc.set_threshold(50_000)"]
NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.py"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default")
def test_a_notebook_runs_from_top_to_bottom(path: Path, tmp_path: Path) -> None:
    notebook = jupytext.read(path)

    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", extra_arguments=QUICKLY, resources={"metadata": {"path": tmp_path}}
    ).execute()

    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not any(output.output_type == "error" for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)
