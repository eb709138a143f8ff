"""What the line trusts: the pinned key inside the handshake, signed requests, and that one process owns the line."""

from __future__ import annotations

import datetime
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from casework.errors import BadBytes
from casework.http_signature import INPUT, SIGNATURE, is_fresh, prove, read_claim, sign_request
from casework.seals import Ed25519Signer
from sync.errors import BadAddress
from sync.owner import own, owner_of
from sync.pinning import WrongKey, is_wrong_key, pinned_context
from sync.transport import Transport
from tests.sim.loop import LoopClock

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime.datetime(2026, 11, 23, 12)  # noqa: DTZ001


def server_context(folder: Path, private: Ed25519PrivateKey) -> ssl.SSLContext:
    """A server whose certificate it made itself, long expired."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hall")])
    made = (
        x509.CertificateBuilder(name, name, private.public_key(), 1)
        .not_valid_before(datetime.datetime(1999, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(1999, 2, 1, tzinfo=datetime.UTC))
        .sign(private, None)
    )
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "hall.pem").write_bytes(key + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "hall.pem")
    return context


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> None:
    """A whole handshake in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname="hall")
    there = server.wrap_bio(to_server, to_client, server_side=True)
    done = {"here": False, "there": False}
    for _ in range(10):
        for name, side in (("here", here), ("there", there)):
            if not done[name]:
                try:
                    side.do_handshake()
                    done[name] = True
                except ssl.SSLWantReadError:
                    continue
        if all(done.values()):
            return
    raise AssertionError("no handshake")


def test_s29_an_expired_certificate_with_the_pinned_key_is_the_hall(tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw().hex()
    shake_hands(server_context(tmp_path, private), pinned_context(public))
    shake_hands(server_context(tmp_path, private), pinned_context(""))


def test_another_key_ends_the_handshake_before_a_request_leaves(tmp_path: Path) -> None:
    stranger = server_context(tmp_path, Ed25519PrivateKey.generate())
    with pytest.raises(WrongKey) as caught:
        shake_hands(stranger, pinned_context("ab" * 32))
    wrapped = OSError("wrapped")
    wrapped.__cause__ = caught.value
    assert is_wrong_key(wrapped)
    assert not is_wrong_key(OSError("refused"))


def test_s18_a_signed_request_is_proven_and_a_changed_one_is_not() -> None:
    signer = Ed25519Signer(bytes(range(32)))
    headers = sign_request(signer, "GET", "/sync/v1/pull", "after=1", NOON)
    claim = read_claim(headers[INPUT], headers[SIGNATURE])
    assert prove(claim, signer.public, "GET", "/sync/v1/pull", "after=1")
    assert not prove(claim, signer.public, "GET", "/sync/v1/pull", "after=2")
    assert not prove(claim, signer.public, "GET", "/sync/v1/case/1", "after=1")
    assert not prove(claim, Ed25519Signer(bytes(32)).public, "GET", "/sync/v1/pull", "after=1")
    assert is_fresh(claim, NOON + datetime.timedelta(minutes=5), 300)
    assert not is_fresh(claim, NOON + datetime.timedelta(minutes=6), 300)


@pytest.mark.parametrize("stated", ["", "yichuang=()", 'sig=("@method");created=1;keyid="x";alg="ed25519"'])
def test_a_signature_of_another_form_is_not_read(stated: str) -> None:
    with pytest.raises(BadBytes):
        read_claim(stated, "yichuang=:AAAA:")


@pytest.mark.parametrize("url", ["", "hall", "ftp://hall", "http://", "http://hall:port"])
def test_an_address_that_cannot_be_read_is_said_at_once(url: str) -> None:
    with pytest.raises(BadAddress):
        Transport(url, LoopClock())


def test_s34_one_process_owns_the_line_and_the_next_sees_which(tmp_path: Path) -> None:
    assert owner_of(tmp_path) is None
    first = own(tmp_path, 41, "2026-11-23T08:30:00.000")
    assert first is not None
    assert own(tmp_path, 42, "2026-11-23T08:31:00.000") is None
    assert owner_of(tmp_path) == (41, "2026-11-23T08:30:00.000")
    first.close()
    assert owner_of(tmp_path) is None
    with own(tmp_path, 42, "2026-11-23T08:32:00.000") or pytest.fail("free"):
        assert owner_of(tmp_path) == (42, "2026-11-23T08:32:00.000")


def test_s34_the_line_of_a_process_that_died_is_free_at_once(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from sync.owner import own\n"
        "assert own(Path(sys.argv[1]), 7, 'then'); assert own(Path(sys.argv[1]), 8, 'now') is None; os._exit(9)"
    )
    died = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, timeout=60, cwd=ROOT)
    assert died.returncode == 9
    again = own(tmp_path, 43, "2026-11-23T08:33:00.000")
    assert again is not None
    again.close()
