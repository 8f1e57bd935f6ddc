"""Bundles: only what the holder of the key signed serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from features.home import Home
from models.bundle import (
    BundleInvalid,
    BundleTampered,
    ContentDamaged,
    NotStored,
    create_signing_key,
    load_public_key,
    read_bundle,
    write_bundle,
)
from models.bundle import bundles as bundles_room
from models.bundle.sealed import seal

if TYPE_CHECKING:
    from tests.unit.models.conftest import Installation


def test_a_bundle_names_its_models(installed: Installation) -> None:
    bundle = read_bundle(installed.home, installed.bundle, public_key=load_public_key(installed.home))

    assert bundle.models == {"churn": installed.model_sha}


def test_the_same_models_make_the_same_bundle_whoever_signs(installed: Installation, tmp_path: Path) -> None:
    other = create_signing_key(tmp_path / "other.key", Home(tmp_path / "elsewhere"))

    again = write_bundle(installed.home, {"churn": installed.model_sha}, signer=other)

    assert again == installed.bundle
    with pytest.raises(BundleTampered, match="found another signature"):
        read_bundle(installed.home, again, public_key=load_public_key(installed.home))


def test_a_bundle_nobody_signed_is_refused(installed: Installation) -> None:
    forged = seal(installed.home.bundles, {"format": 1, "kind": "bundle", "models": {"churn": "0" * 64}}, lambda _: None)

    with pytest.raises(BundleTampered, match="found none"):
        read_bundle(installed.home, forged, public_key=load_public_key(installed.home))


def test_a_bundle_never_stands_there_without_its_signature(
    installed: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    other = create_signing_key(tmp_path / "other.key", Home(tmp_path / "elsewhere"))
    monkeypatch.setattr(bundles_room, "_sign", killed)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(installed.home, {"value": installed.model_sha}, signer=other)

    assert [path.name for path in installed.home.bundles.iterdir()] == [installed.bundle]


def test_the_signature_of_one_bundle_does_not_pass_for_another(installed: Installation) -> None:
    folder = installed.home.bundles
    forged = seal(folder, {"format": 1, "kind": "bundle", "models": {"churn": "0" * 64}}, lambda _: None)
    (folder / forged / "signature").write_bytes((folder / installed.bundle / "signature").read_bytes())

    with pytest.raises(BundleTampered):
        read_bundle(installed.home, forged, public_key=load_public_key(installed.home))


@pytest.mark.parametrize("facts", [{"format": 2, "kind": "bundle"}, {"format": 1, "kind": "churn"}])
def test_what_is_signed_and_no_bundle_of_this_version_is_refused(installed: Installation, facts: dict[str, object]) -> None:
    def sign(folder: Path) -> None:
        bundles_room._sign(installed.signer, folder)

    other = seal(installed.home.bundles, {**facts, "models": {}}, lambda _: None, attest=sign)

    with pytest.raises(BundleTampered, match="needed a bundle of format 1"):
        read_bundle(installed.home, other, public_key=load_public_key(installed.home))


def test_a_changed_manifest_is_refused_by_its_name(installed: Installation) -> None:
    manifest = installed.home.bundles / installed.bundle / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"churn"', b'"value"'))

    with pytest.raises(ContentDamaged, match="other content"):
        read_bundle(installed.home, installed.bundle, public_key=load_public_key(installed.home))


def test_a_bundle_names_stored_models_only(installed: Installation) -> None:
    with pytest.raises(NotStored):
        write_bundle(installed.home, {"churn": "0" * 64}, signer=installed.signer)
    with pytest.raises(BundleInvalid):
        write_bundle(installed.home, {"churn": "../../x"}, signer=installed.signer)
    with pytest.raises(BundleInvalid):
        write_bundle(installed.home, {}, signer=installed.signer)
