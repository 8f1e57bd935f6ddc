"""What can go wrong, in the words a reader can act on: one base, a few kinds, situations in their own rooms.

Each room subclasses a kind here and names the situation (`UnknownCustomer`, `ImmatureLabels`). The class fixes what the outside
sees: the HTTP status, the stable problem type and the exit code of a command. The instance carries the message, which says what
was needed, what was found and what to do now.
"""

from __future__ import annotations

from typing import ClassVar


class LifecycleError(Exception):
    """Anything this project refuses or cannot do, on purpose."""

    status: ClassVar[int] = 500
    problem: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1


class InvalidInput(LifecycleError):
    """What was given is wrong: a file, a row, a setting, a request. Nothing was changed."""

    status = 422
    problem = "invalid-input"
    exit_code = 2


class Forbidden(LifecycleError):
    """The caller is known, and may not do this."""

    status = 403
    problem = "forbidden"
    exit_code = 3


class NotFound(LifecycleError):
    """What was asked for does not exist here."""

    status = 404
    problem = "not-found"
    exit_code = 4


class Conflict(LifecycleError):
    """What was asked for contradicts what already stands, or somebody else holds the lock."""

    status = 409
    problem = "conflict"
    exit_code = 5


class Refused(LifecycleError):
    """A gate or a safety rule said no; the message names the figure and the limit."""

    status = 409
    problem = "refused"
    exit_code = 6


class Unavailable(LifecycleError):
    """Not possible now: something needed is missing, busy or unreachable. Trying later may help."""

    status = 503
    problem = "unavailable"
    exit_code = 7


class Damaged(LifecycleError):
    """A stored file is not what its hash or signature promises. It was not parsed."""

    status = 503
    problem = "damaged"
    exit_code = 8


class AttentionNeeded(LifecycleError):
    """What was asked for is done and its result is out; it says that a person must look. No call of the service raises it."""

    problem = "attention-needed"
    exit_code = 9
