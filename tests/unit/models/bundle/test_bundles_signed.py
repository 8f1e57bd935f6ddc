"""Bundles: only what the holder of the key signed serves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from features.home import Home
from models.bundle import (
    BundleInvalid,
    BundleTampered,
    ContentDamaged,
    NotStored,
    Signer,
    create_signing_key,
    load_public_key,
    read_bundle,
    write_bundle,
)
from models.bundle import bundles as bundles_room
from models.bundle.bundles import settle_signature, sign_beside
from models.bundle.sealed import seal


@dataclass(frozen=True)
class Installation:
    """A home with one bundle of something stored as a model, and the key that signed it."""

    home: Home
    signer: Signer
    model_sha: str
    bundle: str


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    home = Home(tmp_path / "var")
    signer = create_signing_key(tmp_path / "config" / "signing.key", home)
    model = seal(home.models, {"kind": "churn"}, lambda _: None)
    return Installation(home, signer, model, write_bundle(home, {"churn": model}, signer=signer))


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


def test_a_signature_is_over_the_manifest_and_says_that_it_is_for_a_bundle(installed: Installation) -> None:
    folder = installed.home.bundles / installed.bundle

    signed = b"lifecycle bundle 1\n" + (folder / "manifest.json").read_bytes()

    assert load_public_key(installed.home).verifies((folder / "signature").read_bytes(), signed)


def test_while_the_key_is_changed_a_bundle_stands_by_either_key_and_then_by_the_new_one(
    installed: Installation, tmp_path: Path
) -> None:
    home, old, new = installed.home, installed.signer, create_signing_key(tmp_path / "new.key", Home(tmp_path / "elsewhere"))

    sign_beside(home, installed.bundle, signer=new)

    for signer in (old, new):
        assert read_bundle(home, installed.bundle, public_key=signer.public_key).sha256 == installed.bundle
    for _ in range(2):  # the second time there is nothing left to settle
        settle_signature(home, installed.bundle)
        assert read_bundle(home, installed.bundle, public_key=new.public_key).sha256 == installed.bundle
        with pytest.raises(BundleTampered):
            read_bundle(home, installed.bundle, public_key=old.public_key)
