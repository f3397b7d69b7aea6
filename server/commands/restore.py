"""`concertation restore`."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from server.settings import Settings

if TYPE_CHECKING:
    from server.backup.backup_file import BackupFile
    from server.backup.restoring import Begun
    from server.embedded.postgres import EmbeddedPostgres

TEXTS = {
    "fr": {
        "checking": "vérification",
        "files": "fichiers",
        "whole": "La sauvegarde est entière : du {at}, {concertations} concertations, {contributions} contributions, "
        "{contents} fichiers.",
        "missing": "Il y manquait déjà {count} contenus de fichiers quand elle a été prise.",
        "done": "La sauvegarde du {at} est rétablie : {concertations} concertations, {contributions} contributions, "
        "{contents} fichiers. L’empreinte du dernier événement de chaque journal est celle du manifeste.",
        "since": "Tout ce qui a été reçu ou fait après {at} manque : contributions, votes, actes, textes "
        "effacés depuis. "
        "Un récépissé donné après cette heure n’est pas connu ici. Dites-le, et redemandez :",
        "open": "  {slug} : {contributions} contributions, n° {seq}, appels ouverts alors : {open}",
        "ended": "Fermés, car ils avaient peut-être été révoqués depuis : {sessions} sessions, {tokens} jetons. "
        "Chacun se "
        "reconnecte ; les programmes ont besoin d’un nouveau jeton.",
        "roles": "Les rôles de plateforme sont ceux de la sauvegarde : concertation grant --list.",
        "held": "{held} courriels attendaient et sont sans doute partis avant la perte : ils sont retenus (état "
        "FAILED, "
        "« restored »). La coordination les renvoie avec retryNotice. Les invitations repartent : leurs codes sont "
        "nouveaux.",
        "key": "La clé des tickets n’est pas celle de la sauvegarde : codes des courriers et liens dans les "
        "courriels en "
        "dépendent. Remettez l’ancienne dans CONCERTATION_TICKET_KEY.",
        "others": "Clés déjà présentes, et différentes, laissées telles quelles : {names}.",
        "next_here": "Ensuite : concertation up --data-dir {folder}, puis concertation doctor et verify-ledger.",
        "next_there": "Ensuite : concertation migrate, démarrer workers et API, puis concertation doctor et "
        "verify-ledger.",
        "not_empty": "{folder} n’est pas vide ({name}). Une sauvegarde n’est rétablie que là où il n’y a rien. "
        "Rien n’a "
        "été modifié : donnez un autre dossier, ou mettez celui-ci de côté (mv {folder} {folder}.avant).",
        "instant": "--lost-at : {given} n’est pas un instant, comme 2026-03-01T14:30+01:00.",
    },
    "en": {
        "checking": "verifying",
        "files": "files",
        "whole": "The backup is whole: of {at}, {concertations} concertations, {contributions} contributions, "
        "{contents} "
        "files.",
        "missing": "When it was taken, {count} contents of files were missing already.",
        "done": "The backup of {at} is restored: {concertations} concertations, {contributions} contributions, "
        "{contents} "
        "files. The hash of the last event of each ledger is that of the manifest.",
        "since": "All that was received or done after {at} is missing: contributions, votes, acts, texts erased "
        "since. A "
        "receipt given after that is unknown here. Say so, and ask again:",
        "open": "  {slug}: {contributions} contributions, no. {seq}, calls open then: {open}",
        "ended": "Ended, since they may have been revoked meanwhile: {sessions} sessions, {tokens} tokens. "
        "People sign in "
        "again; programs need a new token.",
        "roles": "Roles on the platform are those of the backup: concertation grant --list.",
        "held": "{held} mails were waiting and have gone before the loss, most likely: they are held (state FAILED, "
        "“restored”). The coordination sends them again with retryNotice. Invitations go again: their codes are new.",
        "key": "The key of tickets is not the one of the backup: codes in letters and links in mails depend on "
        "it. Put the "
        "former one into CONCERTATION_TICKET_KEY.",
        "others": "Keys that were here already, and other ones, left as they are: {names}.",
        "next_here": "Next: concertation up --data-dir {folder}, then concertation doctor and verify-ledger.",
        "next_there": "Next: concertation migrate, start workers and APIs, then concertation doctor and verify-ledger.",
        "not_empty": "{folder} is not empty ({name}). A backup is restored only where there is nothing. Nothing was "
        "changed: give another folder, or set this one aside (mv {folder} {folder}.before).",
        "instant": "--lost-at: {given} is no instant, such as 2026-03-01T14:30+01:00.",
    },
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="what `concertation backup` wrote")
    parser.add_argument("--check", action="store_true", help="verify the backup and restore nothing")
    parser.add_argument(
        "--lost-at",
        metavar="INSTANT",
        help="until when the lost installation worked; mails due by then are not sent again (default: now)",
    )
    parser.add_argument("--language", choices=TEXTS, help="fr or en (default: the setting, else fr)")


async def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Verify the backup, then restore it into the data folder, or into the database that the settings name."""
    from server.backup.addresses import is_embedded
    from server.backup.backup_file import reading
    from server.backup.restoring import check_version
    from server.commands.export import progress

    said = TEXTS.get(arguments.language or settings.language, TEXTS["fr"])
    lost_at = _instant(arguments.lost_at, said)
    with reading(arguments.file) as backup:
        total = sum(part["size"] for part in backup.manifest.parts.values())
        read = 0
        with progress(said["checking"], total) as done:

            def more(count: int) -> None:
                nonlocal read
                read += count
                done(read)

            backup.verify(more)
        print(said["whole"].format(**_figures(backup)))
        if backup.manifest.missing:
            print(said["missing"].format(count=len(backup.manifest.missing)))
        if arguments.check:
            return 0
        check_version(backup)
        await (_here if is_embedded(settings) else _there)(settings, backup, lost_at, said)
    return 0


async def _here(
    settings: Settings, backup: BackupFile, lost_at: datetime | None, said: dict[str, str]
) -> None:
    """Restore into the data folder, which is marked until all of it is there."""
    from server.backup.restoring import RestoreRefused
    from server.data_folder import DataFolder
    from server.provisioning import DATABASE

    folder = DataFolder(settings.data_dir)
    there = sorted(path.name for path in folder.path.iterdir()) if folder.path.is_dir() else []
    if there and not folder.restoring.exists():
        raise RestoreRefused(said["not_empty"].format(folder=folder.path, name=there[0]))
    with folder.locked():
        _settle(folder.restoring)
        async with _postgres(settings) as server:
            await _restore(settings, server.dsn(database=DATABASE), backup, lost_at, said)
        folder.restoring.unlink()
        _sync(folder.path)
    print(said["next_here"].format(folder=folder.path))


async def _there(
    settings: Settings, backup: BackupFile, lost_at: datetime | None, said: dict[str, str]
) -> None:
    """Restore into the database that the settings name, whose roles are made first."""
    from server.backup.addresses import superuser_of
    from server.provisioning import provision_from

    superuser = superuser_of(settings)
    await provision_from(settings)
    await _restore(settings, superuser, backup, lost_at, said)
    print(said["next_there"])


async def _restore(
    settings: Settings, superuser: str, backup: BackupFile, lost_at: datetime | None, said: dict[str, str]
) -> None:
    from server.backup.restoring import restore_contents, restore_database, restore_keys
    from server.commands.export import progress
    from server.files.shelf import shelf_of

    begun = await restore_database(superuser, backup, lost_at)
    with progress(said["files"], len(backup.contents())) as done:
        await restore_contents(backup, shelf_of(settings), settings.files_folder / "incoming", done)
    others = restore_keys(backup, settings.data_dir / "keys")
    print("\n".join(_report(settings, backup, begun, others, said)))


@asynccontextmanager
async def _postgres(settings: Settings) -> AsyncIterator[EmbeddedPostgres]:
    """Run the server of the data folder for as long as it takes."""
    from server.backup.addresses import embedded
    from server.provisioning import provision

    server = embedded(settings)
    await server.start()
    try:
        await provision(server.dsn())
        yield server
    finally:
        await server.stop()


def _report(
    settings: Settings, backup: BackupFile, begun: Begun, others: list[str], said: dict[str, str]
) -> list[str]:
    from server.backup.taking import fingerprint

    manifest, figures = backup.manifest, _figures(backup)
    lines = [said["done"].format(**figures), said["since"].format(**figures)]
    for one in manifest.concertations:
        if one.phase not in ("ended", "abandoned"):
            lines.append(
                said["open"].format(
                    slug=one.slug,
                    contributions=one.contributions,
                    seq=one.seq,
                    open=", ".join(one.open) or "–",
                )
            )
    lines.append(said["ended"].format(sessions=begun.sessions, tokens=begun.tokens))
    lines.append(said["roles"])
    if begun.held:
        lines.append(said["held"].format(held=begun.held))
    if others:
        lines.append(said["others"].format(names=", ".join(others)))
    if manifest.ticket_key != fingerprint(settings):
        lines.append(said["key"])
    return lines


def _figures(backup: BackupFile) -> dict[str, object]:
    manifest = backup.manifest
    return {
        "at": manifest.at,
        "concertations": len(manifest.concertations),
        "contributions": sum(one.contributions for one in manifest.concertations),
        "contents": len(backup.contents()),
    }


def _instant(given: str | None, said: dict[str, str]) -> datetime | None:
    from server.backup.restoring import RestoreRefused

    if given is None:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RestoreRefused(said["instant"].format(given=given))
    return found


def _settle(file: Path) -> None:
    file.touch()
    _sync(file.parent)


def _sync(folder: Path) -> None:
    import os

    number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
