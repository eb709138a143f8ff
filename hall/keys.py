"""The hall's private key and the certificate that is made of it: files under `keys/`, readable by their owner alone."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

from casework.seals import Ed25519Signer
from hall.errors import Stop

KEY_FILE = "hall.key"
BEGUN_FILE = "begun.key"
"""The key of a hall that is being made: what breaks off goes on with the same one."""
CERTIFICATE_FILE = "hall.crt"
TLS_KEY_FILE = "hall.tls.key"

_NOT_BEFORE = datetime(2020, 1, 1)  # noqa: DTZ001 - X.509 wants UTC, and the line reads no dates anyway (S29)
_NOT_AFTER = datetime(2119, 12, 31)  # noqa: DTZ001


def begin_key(folder: Path, private: bytes) -> Ed25519Signer:
    """The key of a hall that is about to be made under `folder`: that of a try that broke off, or `private` (32 bytes).

    Raises Stop when a hall has its key there already, or it can't be written.
    """
    if (folder / KEY_FILE).exists():
        raise Stop("hall.key_there", file=str(folder / KEY_FILE))
    begun = folder / BEGUN_FILE
    with contextlib.suppress(OSError, ValueError):
        return Ed25519Signer(bytes.fromhex(begun.read_text(encoding="ascii").strip()))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        begun.unlink(missing_ok=True)
    except OSError as cause:
        raise Stop("hall.no_write", file=str(begun), reason=cause.strerror or "") from cause
    _write(begun, private.hex().encode())
    return Ed25519Signer(private)


def keep_key(folder: Path) -> None:
    """The hall stands: the key that was begun is its key. Raises Stop."""
    try:
        (folder / BEGUN_FILE).replace(folder / KEY_FILE)
    except OSError as cause:
        raise Stop("hall.no_write", file=str(folder / KEY_FILE), reason=cause.strerror or "") from cause


def read_key(folder: Path) -> Ed25519Signer:
    """The hall's key. Raises Stop when there is none, or it is not of its form."""
    try:
        return Ed25519Signer(bytes.fromhex((folder / KEY_FILE).read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as cause:
        raise Stop("hall.no_key", file=str(folder / KEY_FILE)) from cause


def certificate(folder: Path) -> tuple[Path, Path]:
    """Certificate and key as the TLS server wants them (PEM), made of the hall's own key.

    Terminals pin the key and ignore names and dates, so both are fixed. Raises Stop.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.x509.oid import NameOID

    signer_text = (folder / KEY_FILE).read_text(encoding="ascii").strip()
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signer_text))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "yichuang hall")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
        .sign(key, None)
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for file, data in ((TLS_KEY_FILE, pem), (CERTIFICATE_FILE, made.public_bytes(serialization.Encoding.PEM))):
        (folder / file).unlink(missing_ok=True)
        _write(folder / file, data)
    return folder / CERTIFICATE_FILE, folder / TLS_KEY_FILE


def _write(path: Path, data: bytes) -> None:
    """A new file that only its owner may read (where the system knows that)."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError as cause:
        raise Stop("hall.key_there", file=str(path)) from cause
    except OSError as cause:
        raise Stop("hall.no_write", file=str(path), reason=cause.strerror or "") from cause
