"""How long the long proofs run: `make test` has minutes, `make soak` hours (YICHUANG_SOAK: how many times as long)."""

from __future__ import annotations

import os

TIMES = max(1, int(os.environ.get("YICHUANG_SOAK", "1")))
"""1 in `make test`."""
