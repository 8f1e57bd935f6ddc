"""How is the signing key changed without a moment in which nothing can be verified: both signatures stand while it changes.

First every bundle gets the new key's signature beside the old one, then the public key is replaced, in one step, then the new
signatures become the only ones, and last the new private key takes the place of the old one. Whoever is killed in between leaves
an installation whose bundles are verified; running it again finishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from features.home import Home
from features.write_once import sync_folder
from models.bundle.bundles import BundleTampered, read_bundle, settle_signature, sign_beside
from models.bundle.sealed import ContentDamaged
from models.bundle.signing import PublicKey, load_public_key, load_signer, new_signing_key, publish_public_key


@dataclass(frozen=True)
class Rotated:
    """What a change of the key did: bundles signed anew, and those that could not be verified, which stay without."""

    signed: tuple[str, ...]
    left: tuple[str, ...]


def rotate_signing_key(home: Home, signing_key: Path) -> Rotated:
    """Give the installation a new key pair; the old private key is gone then. The caller holds the publishing lock.

    Raises
    ------
    KeyMissing, KeyExposed, KeyUnreadable, KeyInsideHome
        If the key in force cannot be used: who rotates proves to hold it.
    """
    successor = signing_key.with_name(signing_key.name + ".next")
    load_signer(signing_key, home)
    trusted = load_public_key(home)
    signer = load_signer(successor, home) if successor.exists() else new_signing_key(successor, home)
    names = sorted(path.name for path in home.bundles.glob("[!.]*"))
    verified = [name for name in names if _is_verified(home, name, trusted)]
    for name in verified:
        sign_beside(home, name, signer=signer)
    publish_public_key(home, signer)
    for name in verified:
        settle_signature(home, name)
    successor.replace(signing_key)
    sync_folder(signing_key.parent)
    return Rotated(tuple(verified), tuple(name for name in names if name not in verified))


def _is_verified(home: Home, name: str, public_key: PublicKey) -> bool:
    try:
        read_bundle(home, name, public_key=public_key)
    except (BundleTampered, ContentDamaged):
        return False
    return True
