"""What serves together: a bundle, a signed manifest that names one model for each question."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from features.errors import Damaged, InvalidInput
from features.home import Home
from features.write_once import replace_file, sync_folder
from models.bundle.sealed import MANIFEST, is_sha256, open_sealed, seal
from models.bundle.signing import PublicKey, Signer

_FORMAT = 1
_SIGNATURE, _NEXT = "signature", "signature.next"  # the second while the key is changed
_PURPOSE = b"lifecycle bundle 1\n"  # a signature made for a bundle can never pass for one of anything else


class BundleTampered(Damaged):
    """A bundle that the holder of the signing key did not sign, or not like this."""


class BundleInvalid(InvalidInput):
    """A bundle that names no stored model."""


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: its name, and the name of the model for each question (missing ones allowed)."""

    sha256: str
    models: Mapping[str, str]


def write_bundle(home: Home, models: Mapping[str, str], *, signer: Signer) -> str:
    """Store and sign the bundle of these models, by question, and return its name.

    Raises
    ------
    BundleInvalid
        If a model's name is no SHA-256.
    NotStored, ContentDamaged
        If a model is not stored here whole.
    """
    wrong = {question: sha for question, sha in models.items() if not is_sha256(sha)}
    if wrong or not models:
        raise BundleInvalid(f"needed the SHA-256 of a stored model for at least one question, found {dict(models)}")
    for sha in models.values():
        open_sealed(home.models, sha)
    facts = {"format": _FORMAT, "kind": "bundle", "models": dict(models)}
    name = seal(home.bundles, facts, lambda _: None, attest=partial(_sign, signer))
    _sign(signer, home.bundles / name)  # one that stood already may have the signature of an earlier key
    return name


def read_bundle(home: Home, sha: str, *, public_key: PublicKey) -> Bundle:
    """Return a bundle after checking its name and its signature.

    Raises
    ------
    NotStored, ContentDamaged
        If it is not here, or its manifest is not what its name promises.
    BundleTampered
        If the signature is missing or of another key.
    """
    sealed = open_sealed(home.bundles, sha)
    signatures = _signatures(sealed.folder)
    if not signatures:
        raise BundleTampered(f"needed a signature beside bundle {sha[:12]}, found none; publish it again with `promote`")
    if not any(public_key.verifies(signature, _PURPOSE + sealed.manifest_bytes) for signature in signatures):
        raise BundleTampered(
            f"needed bundle {sha[:12]} signed by the key of this installation, found another signature; it was not loaded"
        )
    if sealed.manifest.get("format") != _FORMAT or sealed.manifest.get("kind") != "bundle":
        raise BundleTampered(
            f"needed a bundle of format {_FORMAT}, found {sealed.manifest.get('kind')} {sealed.manifest.get('format')}"
        )
    return Bundle(sha, dict(sealed.manifest["models"]))


def sign_beside(home: Home, sha: str, *, signer: Signer) -> None:
    """Lay the signature by another key beside the one that a bundle has: it stands by either key then."""
    _sign(signer, home.bundles / sha, name=_NEXT)


def settle_signature(home: Home, sha: str) -> None:
    """Make the signature that was laid beside the only one; nothing happens where there is none."""
    with suppress(FileNotFoundError):
        (home.bundles / sha / _NEXT).replace(home.bundles / sha / _SIGNATURE)
        sync_folder(home.bundles / sha)


def _signatures(folder: Path) -> list[bytes]:
    found = []
    for name in (_SIGNATURE, _NEXT, _SIGNATURE):  # looked for twice, as the second may take the place of the first meanwhile
        with suppress(OSError):
            found.append((folder / name).read_bytes())
    return found


def _sign(signer: Signer, folder: Path, *, name: str = _SIGNATURE) -> None:
    path, signature = folder / name, signer.sign(_PURPOSE + (folder / MANIFEST).read_bytes())
    if not path.exists() or path.read_bytes() != signature:
        replace_file(path, signature)
