"""TLS whose proof is the hall's own key (sync.md S29): names and dates of its certificate mean nothing.

The key is compared inside the handshake, before the first byte of a request leaves, so that nobody else
ever sees a case. A PC that wakes up in the year 2000 still trusts the right hall.
"""

from __future__ import annotations

import ssl

RAW_ED25519 = 32


class WrongKey(ssl.SSLError):
    """The server's certificate holds another public key than the pinned one."""


def certificate_key(certificate: bytes) -> str:
    """The Ed25519 public key (hex) of a certificate (DER); empty when it holds a key of another kind."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    return key.public_bytes_raw().hex() if isinstance(key, Ed25519PublicKey) else ""


def pinned_context(public: str) -> ssl.SSLContext:
    """A client's TLS context that accepts exactly the server with the public key `public` (hex).

    An empty `public` accepts anybody: for the first contact only, whose answer a person compares by its fingerprint.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.sslobject_class = _pinned_object(public)
    return context


def _pinned_object(public: str) -> type[ssl.SSLObject]:
    class PinnedObject(ssl.SSLObject):
        """A connection that ends its own handshake when the other side has the wrong key."""

        def do_handshake(self) -> None:
            super().do_handshake()
            certificate = self.getpeercert(binary_form=True)
            if public and (certificate is None or certificate_key(certificate) != public):
                raise WrongKey("the server's key is not the pinned one")

    return PinnedObject


def is_wrong_key(error: BaseException | None) -> bool:
    """Whether a connection failed because of the key, however often the error was wrapped since."""
    while error is not None:
        if isinstance(error, WrongKey):
            return True
        error = error.__cause__ or error.__context__
    return False
