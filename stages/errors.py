"""Every error that a user can cause, in one picture.

    TinhError                 one line: the value, the limit, the remedy; exit code 1
    ├── ParamsError           params.yaml: unknown, missing or mistyped key, value out of range
    ├── VersionError          an installed library is not the one that params.yaml declares
    ├── InputError            an input is missing, empty, unreadable, or changed during the run
    ├── DataError             the rows cannot do what was asked (none left, overlap, failed check)
    ├── ModelError            base, tokenizer, adapter or merged model do not fit each other
    ├── ResourceError         memory, disk or device gave out; what was done is kept
    ├── BusyError             another process holds what this one needs
    └── LineageError          an artifact has no attestation, or is not the one attested

Anything else that escapes is a defect of Tinh and keeps its traceback.
"""


class TinhError(Exception):
    """Base of all errors that a user can cause; ``str(error)`` is one line."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


class ParamsError(TinhError):
    """A key of ``params.yaml`` is unknown, missing, mistyped or out of its range."""


class VersionError(TinhError):
    """An installed library differs from the version that ``params.yaml`` declares."""


class InputError(TinhError):
    """An input is missing, empty, unreadable, or changed while a stage read it."""


class DataError(TinhError):
    """The rows cannot give the result that was asked of them."""


class ModelError(TinhError):
    """Base model, tokenizer, adapter or merged model do not fit each other."""


class ResourceError(TinhError):
    """Memory, disk or device gave out; run again, and the stage goes on from what it kept."""


class BusyError(TinhError):
    """Another process is running the same stage or holds the same resource."""


class LineageError(TinhError):
    """An artifact has no attestation, or differs from the one attested."""
