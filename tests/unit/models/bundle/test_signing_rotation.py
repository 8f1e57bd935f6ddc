from __future__ import annotations

import pytest

from benchmarks.live_states import Publisher
from features.home import Home
from models.bundle import BundleTampered, load_public_key, load_signer, read_bundle, rotation
from models.bundle.rotation import rotate_signing_key

STEPS = ("sign_beside", "publish_public_key", "settle_signature", "sync_folder")


@pytest.fixture
def publisher(tmp_path):
    publisher = Publisher(Home(tmp_path / "home"), tmp_path / "signing.key")
    publisher.publish({"c1": 0.3})
    publisher.publish({"c1": 0.8})
    return publisher


def names(home):
    return sorted(path.name for path in home.bundles.iterdir())


def are_verified(home):
    public_key = load_public_key(home)
    return [read_bundle(home, name, public_key=public_key).sha256 for name in names(home)] == names(home)


def test_every_bundle_keeps_its_name_and_gets_the_new_signature(publisher):
    home, before = publisher.home, load_public_key(publisher.home).pem

    done = rotate_signing_key(home, publisher.signing_key)

    assert done == rotation.Rotated(tuple(names(home)), ())
    assert load_public_key(home).pem == load_signer(publisher.signing_key, home).public_key.pem != before
    assert are_verified(home)
    assert not list(home.bundles.glob("*/signature.next"))


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_every_bundle_is_verified_and_the_next_try_finishes(publisher, monkeypatch, step):
    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rotation, step, killed)
        with pytest.raises(KeyboardInterrupt):
            rotate_signing_key(publisher.home, publisher.signing_key)
    assert are_verified(publisher.home)

    rotate_signing_key(publisher.home, publisher.signing_key)

    assert are_verified(publisher.home)
    signer = load_signer(publisher.signing_key, publisher.home)
    assert load_public_key(publisher.home).pem == signer.public_key.pem


def test_a_bundle_that_cannot_be_verified_is_not_signed_anew(publisher):
    forged, *_ = names(publisher.home)
    (publisher.home.bundles / forged / "signature").write_bytes(bytes(64))

    done = rotate_signing_key(publisher.home, publisher.signing_key)

    assert done.left == (forged,)
    with pytest.raises(BundleTampered):
        read_bundle(publisher.home, forged, public_key=load_public_key(publisher.home))
