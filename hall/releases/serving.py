"""`GET /updates/…`: what is published, as files, whole or from a byte on. Open to everyone: it proves itself."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse

from hall.errors import NotFound

_PLACES = ("metadata", "targets")


def published(folder: Path, path: str) -> FileResponse:
    """The file `path` below `folder`. Raises NotFound, also for whatever lies beside what is published."""
    root = folder.resolve()
    file = (root / path).resolve()
    inside = any(file.is_relative_to(root / place) for place in _PLACES)
    if not inside or not file.is_file() or file.suffix == ".part":
        raise NotFound("hall.no_page")
    return FileResponse(file)
