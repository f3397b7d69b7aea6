"""What stops a command of `concertation`, told to the person who typed it in one or two sentences.

    CommandFailed
    ├── SettingMissing          server/settings.py
    ├── SettingInvalid          server/settings.py
    ├── ChildFailed             server/embedded/child.py
    ├── AddressTaken            server/replicas.py
    ├── NoAccount               server/embedded/account.py
    ├── MigrationFailed         server/migrating.py
    ├── DataFolderInUse         server/data_folder.py
    ├── DataFolderHalfRestored  server/data_folder.py
    ├── BackupBroken            server/backup/backup_file.py
    ├── RestoreRefused          server/backup/restoring.py
    ├── ProgramMissing          server/backup/postgres_programs.py
    ├── ProgramFailed           server/backup/postgres_programs.py
    ├── NoDatabase              server/backup/addresses.py
    ├── KeyRefused              server/keys.py
    ├── ProvidersRefused        server/sign_in/providers.py
    ├── RoleUnknown             server/tokens.py
    ├── NotReconciled           server/commands/reconcile.py
    ├── ShelfRefused            server/files/shelf.py
    ├── ReceiptNotRead          server/commands/verify_receipt.py
    └── DatabaseAway            server/embedded/standing.py

Any other exception is a fault of the program and shows its trace.
"""


class CommandFailed(Exception):
    """The message says what is wrong, what was kept, and what to do. No trace is shown."""
