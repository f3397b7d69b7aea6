"""The database that is backed up or restored, as its superuser: no role of the project may read or write everything."""

from __future__ import annotations

from urllib.parse import urlsplit

from server.data_folder import DataFolder
from server.embedded.postgres import EmbeddedPostgres
from server.errors import CommandFailed
from server.provisioning import DATABASE, with_database
from server.settings import SettingMissing, Settings


class NoDatabase(CommandFailed):
    """No database is named, and none runs in the data folder."""


def is_embedded(settings: Settings) -> bool:
    """Say whether the database is the one of the data folder."""
    return not _named(settings)


def embedded(settings: Settings) -> EmbeddedPostgres:
    """Give the server of the data folder, running or not."""
    folder = DataFolder(settings.data_dir)
    return EmbeddedPostgres(folder.postgres, folder.log("postgres"))


def superuser_of(settings: Settings) -> str:
    """Give the address of the database for the superuser.

    Raises:
        SettingMissing: the database is named, its superuser is not.
        NoDatabase: see above.
    """
    named = _named(settings)
    if named:
        if settings.provision_database_url is None:
            raise SettingMissing("CONCERTATION_PROVISION_DATABASE_URL")
        name = urlsplit(named[0]).path.lstrip("/") or DATABASE
        return with_database(settings.provision_database_url.get_secret_value(), name)
    server = embedded(settings)
    if server.pid is None:
        raise NoDatabase(
            f"PostgreSQL ne tourne pas dans {settings.data_dir}. Démarrez `concertation up`, ou nommez la base "
            "(OWNER_DATABASE_URL et CONCERTATION_PROVISION_DATABASE_URL). Rien n’a été modifié. / "
            f"No PostgreSQL runs in {settings.data_dir}. Start `concertation up`, or name the database "
            "(OWNER_DATABASE_URL and CONCERTATION_PROVISION_DATABASE_URL). Nothing was changed."
        )
    return server.dsn(database=DATABASE)


def _named(settings: Settings) -> list[str]:
    urls = (settings.owner_database_url, settings.worker_database_url, settings.database_url)
    return [url.get_secret_value() for url in urls if url is not None]
