"""The application: GraphQL at /graphql and its contract, receipts and forms to print, /healthz and /readyz."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api.asking import ask
from api.commanding import Commands, Sender
from api.context import Context
from api.exports import Exporting
from api.feed import Feed
from api.filing import Filing
from api.noting import Noting
from api.proving import ProvingSchema
from api.reading import Reading
from api.schema import make_schema
from api.sending import TemporalSender
from domain.rights import Viewer
from server.agenda_tickets import AgendaTickets
from server.authentication import Authentication
from server.browser_sessions import BrowserSessions
from server.calendar_feed import CalendarFeed
from server.captured_mail import CapturedMail
from server.confirming import Confirming
from server.depended_on import depended_on
from server.draining import Draining
from server.exports.closing_door import ClosingDoor
from server.exports.door import ExportDoor
from server.exports.door import schema as export_schema
from server.exports.tickets import ExportTickets
from server.files.door import FileDoor
from server.files.scanning import scanner_of
from server.files.shelf import shelf_of
from server.files.tickets import Tickets
from server.graphiql_page import graphiql
from server.graphql_view import Contexts, View
from server.health import Health
from server.hosts import AllowedHosts, allowed_hosts
from server.issued import IssuedTokens
from server.issuers import read_issuers
from server.keys import former_ticket_keys, ticket_key, trusted_keys
from server.known_accounts import KnownAccounts
from server.letters.door import LetterDoor
from server.letters.tickets import LetterTickets
from server.limits.guard import Guard
from server.limits.pages import PageRates
from server.mailing import mail_folder
from server.personal_tokens import PersonalTokens
from server.published_page import DOCUMENTS, PublishedPage
from server.questionnaire_page import QuestionnairePage
from server.receipt_page import ReceiptPage
from server.security_headers import ALWAYS, SecurityHeaders
from server.settings import Settings
from server.sign_in import links
from server.sign_in.development import DevelopmentSignIn
from server.sign_in.door import SigningIn
from server.sign_in.providers import SIGNED_OUT, callback_path, read_providers
from server.sign_in.relying import RelyingParty
from server.sign_in.signing_out import SigningOut
from server.sockets import Bounds
from server.styles import style_sheet
from server.task_queue import MarkedQueue
from server.telemetry.instruments import ApiInstruments
from server.trusted_documents import TrustedDocuments
from server.unsubscribing import Unsubscribing
from store.committed_together import CommittedTogether
from store.known_processes import KnownProcesses
from store.pool import Pool, close_pool, open_pool
from workflows.connecting import connect

EXPORTS_AT_ONCE = 3
"""Downloads of one process at the same time."""


@dataclass
class _Door:
    """Stands where the view will be once the application has started."""

    view: View | None = None
    health: Health | None = None
    receipts: ReceiptPage | None = None
    files: FileDoor | None = None
    questionnaires: QuestionnairePage | None = None
    exports: ExportDoor | None = None
    archives: ClosingDoor | None = None
    unsubscribing: Unsubscribing | None = None
    published: PublishedPage | None = None
    confirming: Confirming | None = None
    calendars: CalendarFeed | None = None
    letters: LetterDoor | None = None
    signing_in: SigningIn | None = None
    signing_out: SigningOut | None = None
    development: DevelopmentSignIn | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.view is not None, "requests come after the start"
        await self.view(scope, receive, send)

    async def alive(self, request: Request) -> Response:
        assert self.health is not None
        return await self.health.alive(request)

    async def ready(self, request: Request) -> Response:
        assert self.health is not None
        return await self.health.ready(request)

    async def file(self, request: Request) -> Response:
        assert self.files is not None
        return await self.files(request)

    async def receipt(self, request: Request) -> Response:
        assert self.receipts is not None
        return await self.receipts(request)

    async def export(self, request: Request) -> Response:
        assert self.exports is not None
        return await self.exports(request)

    async def archive(self, request: Request) -> Response:
        assert self.archives is not None
        return await self.archives(request)

    async def unsubscribe(self, request: Request) -> Response:
        assert self.unsubscribing is not None
        return await self.unsubscribing(request)

    async def print(self, request: Request) -> Response:
        assert self.letters is not None
        return await self.letters(request)

    async def confirm(self, request: Request) -> Response:
        assert self.confirming is not None
        return await self.confirming(request)

    async def hearings(self, request: Request) -> Response:
        assert self.calendars is not None
        return await self.calendars.of_concertation(request)

    async def agenda(self, request: Request) -> Response:
        assert self.calendars is not None
        return await self.calendars.of_person(request)

    async def decision(self, request: Request) -> Response:
        assert self.published is not None
        return await self.published(request)

    async def sign_in(self, request: Request) -> Response:
        assert self.signing_in is not None
        return await self.signing_in.choose(request)

    async def go_to_provider(self, request: Request) -> Response:
        assert self.signing_in is not None
        return await self.signing_in.go(request)

    async def come_from_provider(self, request: Request) -> Response:
        assert self.signing_in is not None
        return await self.signing_in.come_back(request)

    async def signed_out(self, request: Request) -> Response:
        assert self.signing_out is not None
        return await self.signing_out.come_back(request)

    async def sign_out(self, request: Request) -> Response:
        assert self.signing_out is not None
        return await self.signing_out(request)

    async def development_sign_in(self, request: Request) -> Response:
        assert self.development is not None
        return await self.development(request)

    async def questionnaire(self, request: Request) -> Response:
        assert self.questionnaires is not None
        return await self.questionnaires(request)


def create_app(
    settings: Settings,
    *,
    sender: Sender | None = None,
    schema: ProvingSchema | None = None,
    guard: Guard | None = None,
    draining: Draining | None = None,
    instruments: ApiInstruments | None = None,
) -> Starlette:
    """Compose the application. It starts, and stays up, without PostgreSQL and without Temporal.

    `sender` brings commands to `record`; by default, through Temporal. `schema` and `guard` are put together
    unless they are given. `draining` says when the process is about to stop, `instruments` measure it.

    Raises:
        SettingMissing: it would not know where its database is.
        KeyRefused, IssuersRefused, ProvidersRefused: it would not know whom to trust.
        ShelfRefused: it would not know where to keep files.
    """
    keys, issuers = trusted_keys(settings), read_issuers(settings)
    providers = read_providers(settings)
    database, temporal = settings.database("app"), settings.temporal()
    signing, former, public = ticket_key(settings), former_ticket_keys(settings), settings.public_url or ""
    link_keys = [key.raw_value for key in (signing, *former)]
    tickets, shelf = Tickets(signing, public, former), shelf_of(settings)
    schema = schema or make_schema(introspection=settings.shows_schema, longest=settings.operation_timeout)
    door, guard, draining = _Door(), guard or Guard.of(settings), draining or Draining()
    instruments = instruments or ApiInstruments()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool = await open_pool(
            database,
            application="concertation api",
            max_size=settings.pool_max_size + 1,  # one of them listens
            connect_timeout=settings.database_timeout,
            watch=instruments.watch,
        )
        client = await connect(
            temporal,
            settings.temporal_namespace,
            lazy=True,
            runtime=instruments.runtime,
            interceptors=instruments.of_client(),
        )
        queue = MarkedQueue(pool, settings.task_queue, settings.database_timeout)
        way = sender or TemporalSender(client, queue, settings.command_timeout)
        known = KnownProcesses()
        feed = Feed(pool, known=known, within=settings.database_timeout)
        commands = Commands(pool, way, settings.database_timeout)
        exports = await open_pool(  # whoever downloads slowly keeps nobody else waiting
            database,
            application="concertation api: exports",
            max_size=EXPORTS_AT_ONCE,
            statement_timeout=30,
            connect_timeout=settings.database_timeout,
        )
        export_tickets = ExportTickets(signing, public, former)
        exporting = Exporting(tickets=export_tickets, within=settings.download_ttl)
        agendas = AgendaTickets(signing, public, former)
        letters = LetterTickets(signing, public, former)
        contexts = _contexts(
            pool,
            known,
            commands,
            feed,
            tickets,
            exporting,
            agendas,
            letters,
            settings,
            guard.audit,
            instruments,
        )
        personal = PersonalTokens.of(pool, settings.database_timeout)
        accounts = KnownAccounts.of(pool, settings.database_timeout)
        invited = PersonalTokens.invited(pool, settings.database_timeout)
        browsers = BrowserSessions(pool, settings, guard.audit)
        authentication = Authentication(
            keys, settings, personal, invited, IssuedTokens(issuers), accounts, browsers
        )
        parties = {id: RelyingParty(provider) for id, provider in providers.items()}
        door.signing_in = SigningIn(pool, browsers, parties, settings)
        door.signing_out = SigningOut(browsers, parties, settings)
        door.development = DevelopmentSignIn(pool, browsers, settings)
        door.view = View(
            schema,
            authentication,
            contexts,
            settings.max_body_bytes,
            guard,
            TrustedDocuments.of(settings),
            queries_by_get=settings.queries_by_get,
            body_within=settings.request_timeout,
            bounds=Bounds(
                init_within=timedelta(seconds=settings.socket_init_timeout),
                life=settings.socket_ttl,
                uninitialised=settings.sockets_uninitialised,
                uninitialised_in_all=settings.sockets_uninitialised_in_all,
            ),
            draining=draining,
        )
        door.files = FileDoor(pool, tickets, shelf, scanner_of(settings), settings)
        dependencies = depended_on(settings, pool, client, queue, issuers, parties.values())
        door.health = Health(dependencies, draining)
        door.receipts = ReceiptPage(pool, settings.database_timeout)
        door.published = PublishedPage(pool, settings.database_timeout)
        door.questionnaires = QuestionnairePage(pool, settings.database_timeout)
        door.unsubscribing = Unsubscribing(pool, link_keys, settings.database_timeout)
        door.confirming = Confirming(pool, link_keys, settings.database_timeout)
        door.calendars = CalendarFeed(pool, agendas, settings.database_timeout, settings.site_url)
        door.letters = LetterDoor(
            pool, letters, signing.raw_value, settings.database_timeout, settings.site_url
        )
        door.exports = ExportDoor(exports, export_tickets, settings.database_timeout)
        door.archives = ClosingDoor(pool, export_tickets, shelf, settings.database_timeout)
        tasks = [
            asyncio.create_task(feed.run(), name="feed"),
            asyncio.create_task(guard.keep_settling(pool, settings.database_timeout), name="limits"),
            asyncio.create_task(guard.audit.keep_writing(pool, settings.database_timeout), name="audit"),
            *instruments.begin(pool, feed, draining, dependencies),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await asyncio.gather(close_pool(pool), close_pool(exports))

    async def schema_text(request: Request) -> Response:
        return PlainTextResponse(schema.contract) if schema.introspection else Response(status_code=404)

    async def site(request: Request) -> Response:
        shown = {"schema": "/schema.graphql"} if schema.introspection else {}
        return JSONResponse({"graphql": "/graphql", **shown, "ready": "/readyz"})

    return Starlette(
        routes=[
            Route("/", site),
            Route("/graphql", door),
            WebSocketRoute("/graphql", door),
            Route("/schema.graphql", schema_text),
            *(graphiql() if schema.introspection else []),
            Route("/files/{id}", door.file, methods=["GET", "PUT"]),
            Route("/receipts/{code}.pdf", door.receipt),
            Route("/questionnaires/{digest}.pdf", door.questionnaire),
            *(Route(f"/concertations/{{slug}}/{document}", door.decision) for document in DOCUMENTS),
            Route("/exports/contributions", door.export),
            Route("/exports/closing-archive", door.archive),
            Route("/exports/contributions-{variant}.schema.json", export_schema),
            Route("/concertations/{slug}/hearings.ics", door.hearings),
            Route("/agenda/{ticket}.ics", door.agenda),
            Route("/letters.pdf", door.print),
            Route("/styles/{name}", style_sheet),
            Route("/unsubscribe/{ticket}", door.unsubscribe, methods=["GET", "POST"]),
            Route("/confirm-address/{ticket}", door.confirm, methods=["GET", "POST"]),
            Route("/sign-in", door.sign_in, methods=["GET"]),
            Route("/sign-in/{provider}", door.go_to_provider, methods=["GET"]),
            Route(callback_path("{provider}"), door.come_from_provider, methods=["GET"]),
            Route("/sign-out", door.sign_out, methods=["GET", "POST"]),
            Route(SIGNED_OUT, door.signed_out, methods=["GET"]),
            *_development(settings, door),
            Route("/healthz", door.alive),
            Route("/readyz", door.ready),
        ],
        middleware=[
            Middleware(SecurityHeaders, https=(settings.public_url or "").startswith("https:")),
            Middleware(AllowedHosts, hosts=allowed_hosts(settings)),
            Middleware(PageRates, guard=guard),
        ],
        exception_handlers={Exception: _at_fault},
        lifespan=lifespan,
    )


async def _at_fault(request: Request, fault: Exception) -> Response:
    """Answer what nobody foresaw, outside all middleware: the log has the fault."""
    return PlainTextResponse("Erreur interne. / Internal error.\n", 500, ALWAYS)


def _development(settings: Settings, door: _Door) -> list[Route]:
    """Give what is served in development alone."""
    signing_in = [Route(f"{links.PATH}/{{ticket}}", door.development_sign_in, methods=["GET"])]
    found = signing_in if links.are_trusted(settings) else []
    if settings.mail != "capture" or not settings.on_loopback:
        return found
    captured = CapturedMail(mail_folder(settings))
    found += [Route("/development/mail", captured.index), Route("/development/mail/{id}", captured.mail)]
    return found


def _contexts(
    pool: Pool,
    known: KnownProcesses,
    commands: Commands,
    feed: Feed,
    tickets: Tickets,
    exporting: Exporting,
    agendas: AgendaTickets,
    letters: LetterTickets,
    settings: Settings,
    audit: Noting,
    instruments: ApiInstruments,
) -> Contexts:
    filing = Filing(
        tickets=tickets,
        largest=settings.max_file_bytes,
        upload_within=settings.upload_ttl,
        download_within=settings.download_ttl,
    )
    together = CommittedTogether(partial(ask, pool, settings.database_timeout), instruments.carry)
    measuring = instruments.measuring

    def make(viewer: Viewer, languages: tuple[str, ...], reference: str) -> Context:
        return Context(
            reading=Reading(pool, viewer, settings.database_timeout, known, together),
            commands=commands,
            feed=feed,
            filing=filing,
            exporting=exporting,
            agendas=agendas,
            letters=letters,
            audit=audit,
            measuring=measuring,
            viewer=viewer,
            languages=languages,
            reference=reference,
        )

    return make
