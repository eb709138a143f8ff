"""The errors of the trade.

    CaseworkError
    ├── BadInput        the person at the keyboard can mend it: says what is wrong and what to type
    │   ├── BadCode     a number whose check digit, date or form is wrong
    │   ├── BadText     typed or pasted text that is too long, or holds a character that broke on its way
    │   ├── BadDate     a date or an amount of days that can't be counted
    │   ├── BadCommand  an act that does not exist, or its data is not of its form
    │   ├── BadScan     a file that can't be taken as a scan: no scan, too big, or no room for it
    │   ├── BadPaper    a paper that may not be printed: it lacks what the law or the form wants on it
    │   └── BadRollout  a rollout that can't be read, or an act on it out of its turn
    ├── BadCatalogue    catalogue or calendar data that breaks a rule: names file, line and reason
    └── BadBytes        bytes of a fact, envelope, entry or message that can't be read or don't match their hash

A leaf carries a message id and facts. Its docstring is not shown; the catalogues are.
"""

from __future__ import annotations

import msgspec

from casework.messages import Spoken

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are not of their form: broken JSON or UTF-8, or nested too deep to be followed."""


class CaseworkError(Spoken):
    """Base of all errors of `casework`; `message` says in the reader's language what to do."""


class BadInput(CaseworkError):
    """The person at the keyboard can mend it."""


class BadCode(BadInput):
    """A number whose check digit, date or form is wrong."""


class BadText(BadInput):
    """Typed or pasted text that is too long, or holds a character that broke on its way."""


class BadDate(BadInput):
    """A date or an amount of days that can't be counted."""


class BadCommand(BadInput):
    """An act that does not exist, or whose data is not of its form."""


class BadPaper(BadInput):
    """A paper that may not be printed: it lacks what the law or the form wants on it."""


class BadScan(BadInput):
    """A file that can't be taken as a scan: it is none, too big, or there is no room for it."""


class BadRollout(BadInput):
    """A rollout that can't be read, or an act on it that is not its turn."""


class BadCatalogue(CaseworkError):
    """Catalogue or calendar data that breaks a rule."""


class BadBytes(CaseworkError):
    """Bytes that can't be read or don't match their hash."""
