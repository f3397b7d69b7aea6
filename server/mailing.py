"""How mails go, as the settings say."""

from pathlib import Path

from activities.mailing import Mailing
from domain.organisations.registration import is_email
from server.keys import ticket_key
from server.settings import SettingInvalid, SettingMissing, Settings

#: What mails come from where none leaves this machine.
_HERE = "notifications@concertation.invalid"


def mailing_of(settings: Settings) -> Mailing:
    """Give how mails go: by a server, into a folder, or not at all.

    `SettingMissing` or `SettingInvalid` where a server is named and the rest does not fit.
    """
    dsn, way = settings.database("worker"), settings.mail or ("smtp" if settings.smtp_url else "off")
    if way == "off":
        return Mailing(dsn=dsn, key=b"", sender=_HERE)
    key = ticket_key(settings).raw_value
    if way == "capture":
        here = f"http://{settings.host}:{settings.port}" if settings.port else None
        return Mailing(
            dsn=dsn,
            key=key,
            sender=settings.mail_from or _HERE,
            folder=mail_folder(settings),
            site=settings.site_url,
            public=settings.public_url or here,
            connections=1,
            development=settings.on_loopback,
        )
    if settings.smtp_url is None:
        raise SettingMissing("CONCERTATION_SMTP_URL")
    if settings.mail_from is None:
        raise SettingMissing("CONCERTATION_MAIL_FROM")
    if not is_email(settings.mail_from) or not settings.mail_from.isascii():
        raise SettingInvalid(
            "CONCERTATION_MAIL_FROM is not an address alone, as in notifications@exemple.fr."
        )
    url = settings.smtp_url.get_secret_value()
    if not url.startswith(("smtp://", "smtps://", "smtp+starttls://")):
        raise SettingInvalid("CONCERTATION_SMTP_URL begins with smtp://, smtp+starttls:// or smtps://.")
    return Mailing(
        dsn=dsn,
        key=key,
        sender=settings.mail_from,
        server=url,
        site=settings.site_url,
        public=settings.public_url,
        connections=settings.mail_connections,
    )


def mail_folder(settings: Settings) -> Path:
    """Where mails are kept in development."""
    return settings.data_dir / "mail"
