"""What makes a drawn SVG a paper for everyone: its title and its whole text, for readers that do not look at curves."""

from __future__ import annotations

import re
from html import escape

from casework.papers.model import Paper
from casework.papers.text import to_text

_OPEN = re.compile(rb"<svg\b[^>]*>")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def with_text(picture: bytes, paper: Paper) -> bytes:
    """`picture` with the title, the number and the text of `paper` behind its opening tag."""
    title = escape(_NOT_XML.sub("", f"{paper.title} {paper.printed_number}".strip()), quote=False)
    text = escape(_NOT_XML.sub("", to_text(paper)), quote=False)
    inner = f'<title>{title}</title><desc xml:space="preserve">{text}</desc>'.encode()
    return _OPEN.sub(lambda tag: tag.group() + inner, picture, count=1)
