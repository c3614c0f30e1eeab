"""create_app: joins the parts in named steps."""

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from participation import database, logs
from participation.cli import accounts, api_clients, assets, cities, demo, partnerships, serve, submissions, worker
from participation.cli import comparisons as comparison_commands
from participation.cli import database as database_commands
from participation.cli import decisions as decision_commands
from participation.models import all_tables  # noqa: F401  # relationships name each other
from participation.settings import ROOT, Settings
from participation.web import (
    account_sessions,
    addresses,
    appeals,
    basemaps,
    catalogs,
    comparison_files,
    comparison_notes,
    comparisons,
    contacts,
    decisions,
    digests,
    downloads,
    export_pages,
    export_profiles,
    export_tokens,
    exports,
    features,
    followers,
    handovers,
    health,
    imports,
    invitations,
    notes,
    notice_decisions,
    notices,
    open311,
    papers,
    photos,
    place_decisions,
    places,
    proofs,
    proposals,
    queues,
    receipts,
    redactions,
    replies,
    reply_templates,
    roles,
    texts,
    tiles,
    translations,
)
from participation.web import (
    accounts as account_pages,
)
from participation.web import (
    cities as city_pages,
)
from participation.web import (
    demo as demo_pages,
)
from participation.web import (
    partnerships as partnership_pages,
)
from participation.web import (
    submissions as submission_pages,
)
from participation.web.plumbing import (
    compression,
    digest_mails,
    errors,
    formats,
    headers,
    limits,
    locale,
    open_access,
    outside,
    requests,
    sessions,
    sign_in,
    static_files,
)
from participation.web.plumbing import downloads as download_slots

BLUEPRINTS = (
    partnership_pages.blueprint,
    city_pages.blueprint,
    comparisons.blueprint,
    comparison_files.blueprint,
    comparison_notes.blueprint,
    submission_pages.blueprint,
    places.blueprint,
    receipts.blueprint,
    followers.blueprint,
    appeals.blueprint,
    notices.blueprint,
    notice_decisions.blueprint,
    contacts.blueprint,
    notes.blueprint,
    replies.blueprint,
    reply_templates.blueprint,
    papers.blueprint,
    photos.blueprint,
    proofs.blueprint,
    texts.blueprint,
    queues.blueprint,
    proposals.blueprint,
    decisions.blueprint,
    place_decisions.blueprint,
    redactions.blueprint,
    translations.blueprint,
    account_pages.blueprint,
    account_sessions.blueprint,
    digests.blueprint,
    handovers.blueprint,
    invitations.blueprint,
    roles.blueprint,
    tiles.blueprint,
    basemaps.blueprint,
    addresses.blueprint,
    exports.blueprint,
    downloads.blueprint,
    export_pages.blueprint,
    export_profiles.blueprint,
    export_tokens.blueprint,
    features.blueprint,
    open311.blueprint,
    catalogs.blueprint,
    health.blueprint,
    imports.blueprint,
    demo_pages.blueprint,
)
COMMANDS = (
    accounts.accounts,
    api_clients.api_clients,
    assets.assets,
    cities.cities,
    comparison_commands.comparison,
    database_commands.database,
    decision_commands.decisions,
    demo.demo,
    partnerships.partnerships,
    serve.serve,
    submissions.submissions,
    worker.worker,
)


def create_app(settings: Settings) -> Flask:
    """The whole product for these settings; several can live in one process."""
    app = Flask("participation", root_path=str(ROOT), template_folder="templates", static_folder=None)
    configure(app, settings)
    logs.configure(settings.log_level)
    sessions.init(app, database.connect(settings.database_url))
    requests.init(app)
    outside.init(app, settings)
    locale.init(app)
    forgery = CSRFProtect(app)
    # Programs have no form of ours; who they are their key says, which no browser sends by itself.
    forgery.exempt(open311.create)
    headers.init(app, settings)
    open_access.init(app)
    compression.init(app)
    static_files.init(app)
    formats.init(app)
    sign_in.init(app, settings)
    errors.init(app)
    limits.init(app)
    download_slots.init(app, settings)
    digest_mails.init(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Flask's own configuration, all of it derived from our settings."""
    app.extensions["participation_settings"] = settings
    app.jinja_env.globals["photo_mb"] = settings.photo_mb
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_body_kb * 1024,
        MAX_FORM_MEMORY_SIZE=settings.max_body_kb * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        # The token lives as long as the session: a form may stay open on a phone for an afternoon.
        WTF_CSRF_TIME_LIMIT=None,
        # The Referer check refuses people whose browser or proxy leaves it out; the token alone decides.
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
