"""Wiring: settings become a Flask application. Adapters are picked here, those of the stores in `stores`."""

from __future__ import annotations

import gc
import logging
import ssl
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from idbridge.clock import Clock, system_clock
from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.release import CATALOGUE
from idbridge.identity.subjects import SubjectSecret
from idbridge.oidc.provider import Provider, RegionOffer
from idbridge.outbound import Doors, Outbound
from idbridge.pki import sm2
from idbridge.pki.errors import PkiError
from idbridge.regions.catalogue import Region, connect, read_region
from idbridge.regions.connector import Connector
from idbridge.rendering.pdf.drawing import PdfDrawing
from idbridge.services.certificates import Certificates
from idbridge.services.clients import KnownClients
from idbridge.services.document_pictures import DocumentPictures
from idbridge.services.documents import Documents
from idbridge.services.evidence import EvidenceFetcher
from idbridge.services.extractors import open_extractors
from idbridge.services.grants import LiveGrants
from idbridge.services.linking import Linking
from idbridge.services.my_identity import MyIdentity
from idbridge.services.own_signers import own_signers
from idbridge.services.proceeding import Registry
from idbridge.services.refreshing import Refreshing
from idbridge.services.release import Release
from idbridge.services.report_signing import ReportSigning, operators_key, self_issued
from idbridge.services.samples import Samples
from idbridge.services.sessions import Sessions
from idbridge.services.sign_in import SigningIn
from idbridge.services.sign_in_limit import SignInLimit
from idbridge.services.sign_out import SigningOut
from idbridge.services.signer_ids import read_signer_ids, with_signer_ids
from idbridge.services.signers import Signers
from idbridge.services.signing import SigningKey
from idbridge.services.tokens import Tokens
from idbridge.services.trust_lists import TrustLists
from idbridge.services.trust_sources import open_trust_lists
from idbridge.services.upstream import Upstream
from idbridge.settings import Settings, SettingsFault, load
from idbridge.storage.keys.errors import KeyStoreError
from idbridge.storage.report_keys import ReportKeys
from idbridge.stores import Stores, open_stores
from idbridge.web import errors
from idbridge.web.browser import Cookies
from idbridge.web.certificates import certificates
from idbridge.web.compatible.dss import dss
from idbridge.web.compatible.siva import siva
from idbridge.web.docs import docs
from idbridge.web.oauth import oauth
from idbridge.web.operations import operations
from idbridge.web.pages import bridge_assets, bridge_pages
from idbridge.web.person import person
from idbridge.web.public import public
from idbridge.web.reports.voice import read_voices
from idbridge.web.schemas import schemas
from idbridge.web.shapes import Shapes
from idbridge.web.sign_in import sign_in
from idbridge.web.signed_reports import with_signed_reports
from idbridge.web.site import Site
from idbridge.web.territories import territories
from idbridge.web.trust_lists import trust_lists
from idbridge.web.verifications import verifications
from idbridge.web.verify import UseCases, verify

_log = logging.getLogger(__name__)

MAX_REQUEST = 256 * 1024
"""Bytes of a request to the provider or a page: the largest, a notice with a signed document's data, is some tens of KB."""
TRUST_FOLDER = "trust"
"""Below the home: which lists are relied upon, and their versions (`services.trust_sources`)."""
REFRESHING = "idbridge-trust-refresh"
"""Where an application has its `Refreshing`; workers start it, whoever only looks at the application does not."""
MAX_FORM_PARTS = 100
"""Fields of a form: the largest of ours has some thirty."""


def read_regions(settings: Settings) -> tuple[Region, ...]:
    """Return the configured regions in the settings' order. Raises `regions.catalogue.RegionFault`."""
    return tuple(read_region(code, table) for code, table in settings.regions.items())


def provider_of(settings: Settings, regions: tuple[Region, ...]) -> Provider:
    """Return what the bridge is towards portals."""
    return Provider(
        issuer=settings.issuer,
        regions=tuple(RegionOffer(region.code, ceiling(region)) for region in regions if region.enabled),
        scopes=tuple(dict.fromkeys(claim.scope for claim in CATALOGUE)),
        claims=tuple(claim.name for claim in CATALOGUE),
    )


def ceiling(region: Region) -> Assurance:
    """Return the highest level that a login at the region can reach by its table."""
    return max((level for _, level in region.config.levels), default=Assurance.NONE)


def make_site(settings: Settings, stores: Stores, clock: Clock) -> Site:
    """Put the use cases together."""
    regions = read_regions(settings)
    provider = provider_of(settings, regions)
    connectors: Mapping[RegionCode, Connector] = {region.code: connect(region) for region in regions}
    fetch = outbound(settings, plain_http=settings.outbound_plain_http)
    durable, expiring = stores.durable, stores.expiring
    clients = KnownClients(durable.clients)
    sessions = Sessions(expiring, settings.session_seconds)
    grants = LiveGrants(expiring, durable.grants)
    release = Release(durable.consents, SubjectSecret(stores.secrets.subjects))
    upstream = Upstream(connectors, fetch, expiring, settings.issuer)
    linking = Linking(expiring, durable.persons, durable.audit, sessions)
    registry = Registry(
        provider,
        clients,
        durable.persons,
        durable.sign_ins,
        expiring,
        upstream,
        sessions,
        release,
        grants,
        linking,
        SignInLimit(expiring, settings.sign_ins_per_minute),
    )
    return Site(
        provider=provider,
        clock=clock,
        keys=stores.keys.signing,
        cookies=Cookies(secure=settings.secure, forms_key=stores.secrets.forms),
        pages=bridge_pages(bridge_assets()),
        clients=clients,
        signing_in=SigningIn(registry),
        signing_out=SigningOut(settings.issuer, clients, sessions, grants, release),
        tokens=Tokens(settings.issuer, clients, grants, durable.grants, durable.persons, release),
        upstream=upstream,
        linking=linking,
        my_identity=MyIdentity(
            sessions, durable.persons, durable.consents, durable.sign_ins, durable.grants, grants, durable.audit
        ),
        release=release,
        displays={region.code: region.display for region in regions},
        default_language=settings.default_language,
        contact=settings.contact,
    )


def outbound(settings: Settings, *, plain_http: bool) -> Outbound:
    """Return a way out; plain HTTP is for the sandbox, and for CRLs and OCSP, which are signed and plain by custom."""
    return Outbound(Doors(settings.private_networks), plain_http=plain_http, trust=ssl.create_default_context())


class Application(Flask):
    """Flask, without looking at every call whether its view is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view as it is."""
        return func


def create_app(settings: Settings, *, clock: Clock = system_clock, several_processes: bool = False) -> Flask:
    """Return the application of one instance.

    SM2 has to give its known answers before anything is served. Raises `SettingsFault`, `RegionFault`, `KeyFilesUnusable`,
    `ExtractorFault`, `Sm2UnavailableError`.
    """
    _log.info("SM2 by %s", sm2.backend().name)
    stores = open_stores(settings)
    site = make_site(settings, stores, clock)
    app = Application("idbridge", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_REQUEST, MAX_FORM_MEMORY_SIZE=MAX_REQUEST, MAX_FORM_PARTS=MAX_FORM_PARTS)
    bridge_assets().serve(app)
    lists = open_trust_lists(settings.home / TRUST_FOLDER, clock)
    fetcher = EvidenceFetcher(outbound(settings, plain_http=True))
    report_keys = ReportKeys(settings.home / "keys")
    algorithms = with_signer_ids(read_signer_ids(settings.home / TRUST_FOLDER))
    certificate_use = Certificates(lists, fetcher, clock, algorithms)
    document_use = Documents(lists, fetcher, clock, own_signers=lambda: own_signers(report_keys), algorithms=algorithms)
    reports = ReportSigning(report_key_of(settings, report_keys, clock), clock)
    signers = signers_of(settings, stores, site.clients)
    shapes = Shapes(read_voices(), partial(territories, lists))
    checks = {"durable": stores.durable.database.ping, "expiring": stores.expiring.ping}
    samples = Samples(settings.home / settings.samples) if settings.samples else None
    extractors = open_extractors(settings.home / TRUST_FOLDER)
    pictures = DocumentPictures(PdfDrawing())
    page_use = UseCases(certificate_use, document_use, pictures, lists, read_voices(), extractors, samples)
    for blueprint in (
        oauth(site),
        sign_in(site),
        person(site),
        public(site),
        trust_lists(site, lists),
        verify(site, page_use),
        certificates(certificate_use, lists),
        with_signed_reports(verifications(document_use, shapes, signers, clock), reports),
        dss(document_use),
        siva(document_use, settings.issuer),
        docs(site),
        schemas(),
        operations(checks, lists, several_processes=several_processes),
    ):
        app.register_blueprint(blueprint)
    errors.install(app, site)
    app.extensions[REFRESHING] = refreshing_of(settings, lists, clock)
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]
    return app


def signers_of(settings: Settings, stores: Stores, clients: KnownClients) -> Signers:
    """Return the answering of questions about signers. Raises `ExtractorFault`."""
    durable, extractors = stores.durable, open_extractors(settings.home / TRUST_FOLDER)
    return Signers(clients, durable.consents, durable.persons, stores.expiring, durable.audit, extractors)


def report_key_of(settings: Settings, keys: ReportKeys, clock: Clock) -> Callable[[], SigningKey]:
    """Return how the key for reports is come by: the operator's, opened now, or the instance's own. Raises `SettingsFault`."""
    if settings.report_certificate is None:
        return lambda: self_issued(keys, settings.issuer, clock())
    try:
        secret = settings.report_key_secret_file
        password = (settings.home / secret).read_text(encoding="utf-8").rstrip("\n") if secret is not None else None
        key = operators_key(settings.home / settings.report_certificate, settings.report_key, password)
    except (OSError, UnicodeDecodeError, PkiError, KeyStoreError) as error:
        raise SettingsFault((f"report_certificate, report_key: {error}",)) from error
    return lambda: key


def refreshing_of(settings: Settings, lists: TrustLists, clock: Clock) -> Refreshing | None:
    """Return the refreshing of the trust lists, not yet started; None where the settings leave it to the operator."""
    directory, minutes = settings.home / TRUST_FOLDER, settings.trust_refresh_minutes
    if not minutes or not directory.is_dir():
        return None
    fetch = outbound(settings, plain_http=settings.outbound_plain_http)
    return Refreshing(lists, directory, fetch, clock, timedelta(minutes=minutes))


def from_environment() -> Flask:
    """Return the application of the instance that the environment names: what the server's workers call."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = create_app(load(), several_processes=True)
    refreshing: Refreshing | None = app.extensions[REFRESHING]
    if refreshing is not None:
        refreshing.start()
    # What is loaded by now stays: the collector need not walk it again and again (a twentieth of a sign-in's CPU).
    gc.collect()
    gc.freeze()
    return app
