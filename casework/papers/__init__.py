"""The papers that the counter prints for the applicant or the next post: one model, pure builders, a text renderer."""

from __future__ import annotations

from casework.errors import BadPaper
from casework.papers.build import build, standard_remedies
from casework.papers.facts import PaperFacts
from casework.papers.model import KINDS, Paper, Reprint
from casework.papers.text import to_text

__all__ = ["KINDS", "BadPaper", "Paper", "PaperFacts", "Reprint", "build", "standard_remedies", "to_text"]
