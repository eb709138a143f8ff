"""HTTP message signatures (RFC 9421) of requests without a body, in the one form that both ends speak.

Covered: `"@method" "@path" "@query"`, with the parameters `created`, `keyid` and `alg="ed25519"`, under the
label `yichuang`. A push needs none: its batch is signed itself (sync.md S11).
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime

import msgspec

from casework.ambient import CIVIL
from casework.errors import BadBytes
from casework.seals import ALGORITHM, Signer, key_id, verify

INPUT = "Signature-Input"
SIGNATURE = "Signature"

_LABEL = "yichuang"
_COVERED = '("@method" "@path" "@query")'
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - civil times are naive everywhere (casework.ambient)
_INPUT_FORM = re.compile(
    rf'{_LABEL}=\("@method" "@path" "@query"\);created=(\d{{1,12}});keyid="([0-9a-f]{{16}})";alg="{ALGORITHM}"'
)
_SIGNATURE_FORM = re.compile(rf"{_LABEL}=:([A-Za-z0-9+/]{{1,200}}={{0,2}}):")


class Claim(msgspec.Struct, frozen=True):
    """What a signed request says of itself, not yet proven."""

    created: int
    """Seconds since 1970, UTC."""
    key: str
    """`casework.seals.key_id` of the key that signed."""
    signature: str
    """Hex."""


def unix_seconds(civil: datetime) -> int:
    """Seconds since 1970 (UTC) of a hall's civil time."""
    return int((civil - CIVIL - _EPOCH).total_seconds())


def sign_request(signer: Signer, method: str, path: str, query: str, created: datetime) -> dict[str, str]:
    """The two headers for a request.

    Args:
        signer: who asks.
        method: GET.
        path: the path as it goes over the line.
        query: what follows the question mark, as it goes over the line; may be empty.
        created: the hall's civil time, as this terminal knows it (security.md).
    """
    parameters = f'{_COVERED};created={unix_seconds(created)};keyid="{key_id(signer.public)}";alg="{ALGORITHM}"'
    signature = bytes.fromhex(signer.sign(_base(method, path, query, parameters)))
    return {
        INPUT: f"{_LABEL}={parameters}",
        SIGNATURE: f"{_LABEL}=:{base64.b64encode(signature).decode()}:",
    }


def read_claim(signature_input: str, signature: str) -> Claim:
    """What the two headers claim. Raises BadBytes when they are not of our form."""
    stated = _INPUT_FORM.fullmatch(signature_input)
    given = _SIGNATURE_FORM.fullmatch(signature)
    if stated is None or given is None:
        raise BadBytes("bytes.signature", reason="form")
    try:
        raw = base64.b64decode(given[1], validate=True)
    except binascii.Error as cause:
        raise BadBytes("bytes.signature", reason="base64") from cause
    return Claim(int(stated[1]), stated[2], raw.hex())


def prove(claim: Claim, public: str, method: str, path: str, query: str) -> bool:
    """Whether `claim` was made for this request with the private half of `public` (hex); the time: `is_fresh`."""
    if key_id(public) != claim.key:
        return False
    parameters = f'{_COVERED};created={claim.created};keyid="{claim.key}";alg="{ALGORITHM}"'
    return verify(public, _base(method, path, query, parameters), claim.signature)


def is_fresh(claim: Claim, now: datetime, window: int) -> bool:
    """Whether `claim` was made within `window` seconds of the hall's time `now`."""
    return abs(unix_seconds(now) - claim.created) <= window


def _base(method: str, path: str, query: str, parameters: str) -> bytes:
    lines = (f'"@method": {method}', f'"@path": {path}', f'"@query": ?{query}', f'"@signature-params": {parameters}')
    return "\n".join(lines).encode()
