"""The first screen of each mode."""

from __future__ import annotations

from screens.frame import FrameScreen


def first_screen(mode: str) -> FrameScreen:
    """A new first screen of `mode`; each is imported only when it is first seen."""
    match mode:
        case "sign_in":
            from screens.sign_in import SignInScreen

            return SignInScreen()
        case "intake":
            from screens.intake import IntakeScreen

            return IntakeScreen()
        case "case":
            from screens.case import CaseScreen

            return CaseScreen()
        case "search":
            from screens.search import SearchScreen

            return SearchScreen()
        case "prefiles":
            from screens.prefiles import PrefilesScreen

            return PrefilesScreen()
        case "tray":
            from screens.tray import TrayScreen

            return TrayScreen()
        case "board":
            from screens.board import BoardScreen

            return BoardScreen()
        case _:
            from screens.queue import QueueScreen

            return QueueScreen()
