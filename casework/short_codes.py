"""The short code of a prefile: read from paper, said aloud, typed at any window. It has no number of a case yet."""

from __future__ import annotations

import hashlib

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0, 1, I, L, O: the code is read from paper and said aloud."""
CODE_LENGTH = 8


def short_code(case_id: str) -> str:
    """The code of the prefile with this id: the same everywhere, without asking anybody.

    Eight of 31 characters; two prefiles in 850 billion share one, and then both are shown.
    """
    number = int.from_bytes(hashlib.sha256(f"prefile {case_id}".encode()).digest()[:8])
    code = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        code += _ALPHABET[place]
    return code


def printed_code(code: str) -> str:
    """`7H2K-9QWD`."""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str:
    """The code in what was typed or scanned; empty when it is none."""
    code = "".join(text.split()).replace("-", "").upper()
    return code if len(code) == CODE_LENGTH and all(char in _ALPHABET for char in code) else ""
