"""The closing archive, at the very end: written to stay, verified by the command, and again with one bit changed."""

import asyncio
import tempfile
from pathlib import Path

from server.demo.faults import ArchiveNotVerified
from server.demo.story import Story
from server.embedded.programs import program


async def archive(story: Story) -> None:
    """Write the archive where it stays after the demonstration, and verify it with nothing but itself."""
    file = story.archive or Path(tempfile.gettempdir()) / f"{story.slug}.zip"
    manifest = await story.stack.archive(story.concertation_key, file)
    if manifest is None:
        story.screen.say(
            f"Pour l’écrire : concertation export-archive --concertation {story.slug} --output FICHIER, "
            "sur la machine du service."
        )
        return
    story.screen.line(
        "done",
        "",
        f"{len(manifest['files'])} fichiers, {file.stat().st_size // 1000} ko : données, dossier à imprimer, "
        "page à lire.",
        "export-archive",
    )
    exit_code, said = await _verify(file)
    story.screen.line("system", "", f"concertation verify {file}")
    *lines, verdict = said.splitlines() or [""]
    for line in lines:
        story.screen.line("read", "", line)
    story.screen.line("refused" if exit_code else "done", "", verdict)
    if exit_code:
        raise ArchiveNotVerified(f"verify {file} : code {exit_code}")
    await _verify_changed(story, file)
    story.screen.say(f"L’archive de clôture reste là, vérifiée : {file}")


async def _verify_changed(story: Story, file: Path) -> None:
    """Let the command find one bit that is changed in the middle of a copy."""
    changed = story.folder / f"{file.stem}.falsifiee.zip"
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    changed.write_bytes(whole)
    exit_code, said = await _verify(changed)
    if exit_code != 1:
        raise ArchiveNotVerified(f"verify {changed.name} : code {exit_code} au lieu de 1")
    story.screen.line("system", "", f"concertation verify {changed.name} (un seul bit a été changé)")
    story.screen.line("refused", "", (said.splitlines() or [""])[-1])


async def _verify(file: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        program("concertation"),
        "verify",
        file,
        "--lang",
        "fr",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
