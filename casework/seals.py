"""Signatures, behind one small interface with the algorithm's name beside every one (security.md).

`Signed` carries the exact bytes that were signed, so the same bytes go by the line and by stick.
`cryptography` is loaded at first use: it costs more than `--help` may.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from casework.errors import UNREADABLE, BadBytes
from casework.facts import digest

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM = "ed25519"
_KEYS = 4096
"""Public keys that are kept unpacked: those of a large hall's terminals."""


class Signed(msgspec.Struct, frozen=True):
    """`body`, and a signature over `purpose`, a newline and the exact bytes of `body`."""

    alg: str
    key: str
    """The first 16 hex digits of the SHA-256 of the public key."""
    purpose: str
    body: msgspec.Raw
    sig: str


class Signer(Protocol):
    """Whoever holds a private key."""

    @property
    def public(self) -> str:
        """The public key, hex."""
        ...

    def sign(self, message: bytes) -> str:
        """The signature of `message`, hex."""
        ...


class Ed25519Signer:
    """A private key in memory: 32 raw bytes."""

    def __init__(self, private: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw().hex()

    def sign(self, message: bytes) -> str:
        """The signature of `message`, hex."""
        return self._key.sign(message).hex()


def key_id(public: str) -> str:
    """The short name of a public key (hex): people compare it as a fingerprint."""
    return digest(bytes.fromhex(public))[:16]


def verify(public: str, message: bytes, signature: str) -> bool:
    """Whether `signature` (hex) over `message` was made with the private half of `public` (hex)."""
    from cryptography.exceptions import InvalidSignature

    try:
        _public_key(public).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


@functools.lru_cache(maxsize=_KEYS)
def _public_key(public: str) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))


def seal(signer: Signer, purpose: str, body: msgspec.Struct) -> Signed:
    """`body` encoded once and signed for `purpose`."""
    data = msgspec.json.encode(body)
    return Signed(ALGORITHM, key_id(signer.public), purpose, msgspec.Raw(data), signer.sign(_message(purpose, data)))


def unseal(signed: Signed, public: str, purpose: str, kind: type[Any]) -> Any:
    """The body of `signed` as `kind`, after its signature was checked with `public`.

    Raises BadBytes when algorithm, purpose, signature or form is wrong.
    """
    check(signed, public, purpose)
    return read(bytes(signed.body), kind)


def check(signed: Signed, public: str, purpose: str) -> None:
    """Raises BadBytes when algorithm, purpose or signature is wrong."""
    if signed.alg != ALGORITHM or signed.purpose != purpose:
        raise BadBytes("bytes.signature", reason=f"{signed.alg}/{signed.purpose}")
    if not verify(public, _message(purpose, bytes(signed.body)), signed.sig):
        raise BadBytes("bytes.signature", reason="signature")


def read(data: bytes, kind: type[Any]) -> Any:
    """`data` decoded as `kind`. Raises BadBytes when it is not of that form."""
    try:
        return msgspec.json.decode(data, type=kind)
    except UNREADABLE as cause:
        raise BadBytes("bytes.message", kind=kind.__name__, reason=str(cause)) from cause


def _message(purpose: str, body: bytes) -> bytes:
    return f"yichuang-{purpose}-1\n".encode() + body
