"""Every way in which storage refuses, each with a message that says what to do.

StorageError
├── NewerSchema      the database was written by a later version
├── WrongKey         the master key is not the one that this database was made with
├── MissingKey       there is a database but no key file
├── Locked           another bot holds this folder
├── UnderWay         another one does this already
├── ReadOnly         the folder or the disk cannot be written
├── DiskFull
├── DiskFailed       the system could not read or write the file
├── Damaged          the file is not a sound database
└── Unreachable      the database server does not answer, or refuses us
"""


class StorageError(Exception):
    """The message is one line for the operator; it never holds an id, a text or a key."""


class NewerSchema(StorageError):
    pass


class WrongKey(StorageError):
    pass


class MissingKey(StorageError):
    pass


class Locked(StorageError):
    pass


class UnderWay(StorageError):
    pass


class ReadOnly(StorageError):
    pass


class DiskFull(StorageError):
    pass


class DiskFailed(StorageError):
    pass


class Damaged(StorageError):
    pass


class Unreachable(StorageError):
    pass
