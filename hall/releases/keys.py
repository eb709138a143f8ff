"""Keys of people and of the hall, as files: PKCS#8 in PEM, under a pass phrase where one is given."""

from __future__ import annotations

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, Key

from hall.errors import KeyTrouble
from hall.releases.roles import ONLINE

ONLINE_KEY, NEXT_ONLINE_KEY = f"{ONLINE}.pem", f"{ONLINE}.next.pem"
"""The file of the hall's own key in its repository."""


def make_key(file: Path, secret: bytes, passphrase: str = "") -> CryptoSigner:
    """A new key from 32 random bytes, written to `file`. Raises KeyTrouble where one lies there already."""
    private = Ed25519PrivateKey.from_private_bytes(secret)
    lock: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    try:
        with file.open("xb") as out:
            out.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        file.chmod(0o600)
    except OSError as cause:
        raise KeyTrouble("release.key_not_written", file=str(file)) from cause
    return CryptoSigner(private)


def read_key(file: Path, passphrase: str = "") -> CryptoSigner:
    """The key in `file`. Raises KeyTrouble where there is none, or the pass phrase is not the one."""
    try:
        private = load_pem_private_key(file.read_bytes(), passphrase.encode() or None)
        return CryptoSigner(private)
    except (OSError, ValueError, TypeError) as cause:
        raise KeyTrouble("release.key_not_read", file=str(file)) from cause


def own_keys(folder: Path) -> tuple[CryptoSigner, ...]:
    """The hall's own key in its repository, and the one that is to take its place; without those that are not there.

    Raises KeyTrouble.
    """
    return tuple(read_key(folder / name) for name in (ONLINE_KEY, NEXT_ONLINE_KEY) if (folder / name).is_file())


def write_public(file: Path, key: CryptoSigner) -> None:
    """The public half, for the one who admits it. Raises KeyTrouble."""
    try:
        file.write_bytes(
            msgspec.json.format(msgspec.json.encode({"keyid": key.public_key.keyid, **key.public_key.to_dict()}))
        )
    except OSError as cause:
        raise KeyTrouble("release.key_not_written", file=str(file)) from cause


def read_public(file: Path) -> Key:
    """The public half that `write_public` has written. Raises KeyTrouble."""
    try:
        found = msgspec.json.decode(file.read_bytes())
        return Key.from_dict(found.pop("keyid"), found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, msgspec.DecodeError) as cause:
        raise KeyTrouble("release.key_not_read", file=str(file)) from cause
