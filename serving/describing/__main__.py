"""Write the description of the API in all its versions to a folder: `python -m serving.describing [docs/openapi]`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serving.app import declared_app
from serving.describing.renderings import EXAMPLE_HOST
from serving.describing.version_20 import as_swagger_20
from serving.describing.version_30 import as_openapi_30

FOLDER = Path("docs/openapi")


def documents() -> Mapping[str, str]:
    """Return the text of each file, by its name."""
    newest = declared_app().openapi()
    found = {"3.1": newest, "3.0": as_openapi_30(newest), "2.0": as_swagger_20(newest, host=EXAMPLE_HOST)}
    return {f"openapi-{version}.json": _text(document) for version, document in found.items()}


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (folder / name).write_text(text, "utf-8")
