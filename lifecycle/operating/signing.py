"""The command `signing rotate`: a new signing key, while the service runs."""

from __future__ import annotations

from dataclasses import asdict

import typer

from lifecycle.console import SOMEBODY_MUST_LOOK, JsonFlag, emit


def rotate(as_json: JsonFlag = False) -> None:
    """Replace the signing key: bundles are signed anew, running services go on; exit code 9 if a damaged bundle was left out."""
    from lifecycle.settings import Settings
    from models.bundle.pointer import publishing_lock
    from models.bundle.rotation import rotate_signing_key
    from training.publishing.pointer import signer_of

    settings = Settings()
    with publishing_lock(settings.home):
        if not settings.signing_key.with_name(settings.signing_key.name + ".next").exists():
            signer_of(settings.home, settings.signing_key)  # refuses a key that this installation does not trust
        done = rotate_signing_key(settings.home, settings.signing_key)
    left = f"; {len(done.left)} could not be verified and stay behind: {', '.join(name[:12] for name in done.left)}"
    text = (
        f"{len(done.signed)} bundles signed with a new key{left if done.left else ''}; back up {settings.signing_key} elsewhere"
    )
    emit(asdict(done), text, as_json=as_json)
    if done.left:
        raise typer.Exit(SOMEBODY_MUST_LOOK)
