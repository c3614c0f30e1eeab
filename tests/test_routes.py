"""The addresses are a contract: none disappears, none appears unnoticed, each page opens in each language."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.texts import PAGES
from participation.services.export_tables import TABLES
from tests.factories import export_profiles, invitations, samples
from tests.factories.samples import Sample
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient, parse

TEXTS = f"<any({','.join(PAGES)}):page>"
# What a page of one entry is sent for.
SENT = (
    "publish", "reject", "remove", "undo", "second-look", "point", "amend", "join", "split", "name", "merge", "unmerge",
    "redact", "ask", "grant", "refuse",
)  # fmt: skip
STEPS = f"<any({', '.join(SENT).replace('second-look', repr('second-look'))}):_step>"
PROPOSAL_STEPS = "<any(confirm, drop):_step>"
OPEN311 = "<any(json,xml):form>"
FILES = ",".join(f"'{name}'" for name in (*TABLES, "open-data"))
SUPPORT_STEPS = "<any(support, unsupport):_step>"
ROUTES = {
    "/": "GET",
    "/<lang:lang>/": "GET",
    "/<lang:lang>/<city>/": "GET",
    f"/<lang:lang>/<city>/{TEXTS}": "GET",
    "/<lang:lang>/<city>/add": "GET POST",
    "/<lang:lang>/<city>/addresses": "GET",
    "/<lang:lang>/<city>/downloads": "GET",
    "/<lang:lang>/<city>/downloads/versions/<label>": "GET",
    "/<lang:lang>/<city>/list": "GET",
    "/<lang:lang>/<city>/notices/<uuid:notice_id>": "GET",
    "/<lang:lang>/<city>/places/near": "GET",
    "/<lang:lang>/<city>/places/<uuid:place_id>": "GET",
    f"/<lang:lang>/<city>/places/<uuid:place_id>/{SUPPORT_STEPS}": "GET",
    "/<lang:lang>/<city>/places/<uuid:place_id>/notice": "GET POST",
    "/<lang:lang>/<city>/places/<uuid:place_id>/support": "POST",
    "/<lang:lang>/<city>/places/<uuid:place_id>/unsupport": "POST",
    "/<lang:lang>/<city>/submissions/<uuid:submission_id>": "GET",
    "/<lang:lang>/<city>/submissions/<uuid:submission_id>/notice": "GET POST",
    "/<lang:lang>/compare/<partnership>": "GET",
    "/<lang:lang>/compare/<partnership>.pdf": "GET",
    "/<lang:lang>/compare/<partnership>/<figure>.<any(svg,png,csv):ending>": "GET",
    "/<lang:lang>/compare/<partnership>/<slug>.json": "GET",
    "/<lang:lang>/demo/mails": "GET",
    "/<lang:lang>/followers/<token>": "GET POST",
    "/<lang:lang>/receipts/<token>": "GET",
    "/<lang:lang>/receipts/<token>/code.svg": "GET",
    "/<lang:lang>/receipts/<token>/correct": "GET POST",
    "/<lang:lang>/receipts/<token>/erase": "POST",
    "/<lang:lang>/receipts/<token>/object": "GET POST",
    "/<lang:lang>/receipts/<token>/photo.jpg": "GET",
    "/<lang:lang>/receipts/<token>/follow": "GET POST",
    "/<lang:lang>/receipts/<token>/withdraw": "POST",
    "/<lang:lang>/staff/": "GET",
    "/<lang:lang>/staff/<city>/exports": "GET",
    "/<lang:lang>/staff/<city>/exports/log": "GET",
    "/<lang:lang>/staff/<city>/exports/profiles/<int:profile_id>": "GET",
    "/<lang:lang>/staff/<city>/exports/profiles/<int:profile_id>/delete": "POST",
    "/<lang:lang>/staff/<city>/exports/profiles/<int:profile_id>/tokens": "POST",
    "/<lang:lang>/staff/<city>/exports/profiles/new": "GET POST",
    "/<lang:lang>/staff/<city>/exports/profiles/tokens/<int:token_id>/revoke": "POST",
    "/<lang:lang>/staff/account": "GET",
    "/<lang:lang>/staff/account/app": "GET POST",
    "/<lang:lang>/staff/account/app/<token>": "POST",
    "/<lang:lang>/staff/account/digest": "POST",
    "/<lang:lang>/staff/account/language": "POST",
    "/<lang:lang>/staff/account/passkeys": "GET POST",
    "/<lang:lang>/staff/account/passkeys/<token>": "POST",
    "/<lang:lang>/staff/account/passkeys/remove": "GET POST",
    "/<lang:lang>/staff/account/password": "GET POST",
    "/<lang:lang>/staff/account/recovery-codes": "GET POST",
    "/<lang:lang>/staff/account/sessions": "GET",
    "/<lang:lang>/staff/account/sessions/<uuid:session_id>/end": "POST",
    "/<lang:lang>/staff/account/sessions/end": "POST",
    "/<lang:lang>/staff/account/verify": "GET POST",
    "/<lang:lang>/staff/accounts": "GET",
    "/<lang:lang>/staff/accounts/<int:account_id>/activate": "POST",
    "/<lang:lang>/staff/accounts/<int:account_id>/deactivate": "POST",
    "/<lang:lang>/staff/accounts/<int:account_id>/hand-over": "GET POST",
    "/<lang:lang>/staff/advice/<uuid:published_id>": "GET POST",
    "/<lang:lang>/staff/appeals/<city>": "GET",
    "/<lang:lang>/staff/appeals/<city>/<uuid:appeal_id>": "GET POST",
    "/<lang:lang>/staff/appeals/<city>/<uuid:appeal_id>/take": "POST",
    "/<lang:lang>/staff/<city>/imports": "GET POST",
    "/<lang:lang>/staff/<city>/imports/<uuid:import_id>": "GET POST",
    "/<lang:lang>/staff/<city>/imports/<uuid:import_id>/delete": "POST",
    "/<lang:lang>/staff/<city>/imports/<uuid:import_id>/report.csv": "GET",
    "/<lang:lang>/staff/<city>/imports/mappings/<int:mapping_id>/delete": "POST",
    "/<lang:lang>/staff/<city>/paper": "GET POST",
    "/<lang:lang>/staff/<city>/paper.pdf": "GET",
    "/<lang:lang>/staff/compare/<partnership>/notes": "GET POST",
    "/<lang:lang>/staff/compare/notes/<uuid:comparison_note_id>/remove": "POST",
    "/<lang:lang>/staff/contacts/<city>": "GET",
    "/<lang:lang>/staff/invitations/<uuid:invitation_id>/revoke": "POST",
    "/<lang:lang>/staff/invitations/<uuid:invitation_id>/send-again": "POST",
    "/<lang:lang>/staff/invitations/accept/<token>": "GET POST",
    "/<lang:lang>/staff/invitations/new": "GET POST",
    "/<lang:lang>/staff/notes/<city>": "GET",
    "/<lang:lang>/staff/notes/<uuid:note_id>/settle": "POST",
    "/<lang:lang>/staff/notices/<city>": "GET",
    "/<lang:lang>/staff/notices/<city>/<uuid:notice_id>": "GET POST",
    "/<lang:lang>/staff/notices/<city>/<uuid:notice_id>/contact": "GET POST",
    "/<lang:lang>/staff/notices/<city>/<uuid:notice_id>/take": "POST",
    "/<lang:lang>/staff/places/<uuid:place_id>/reply": "GET POST",
    "/<lang:lang>/staff/queue/<city>": "GET",
    "/<lang:lang>/staff/queue/<city>/entries/<uuid:submission_id>": "GET POST",
    "/<lang:lang>/staff/queue/<city>/entries/<uuid:submission_id>/undo": "GET POST",
    "/<lang:lang>/staff/queue/<city>/many": "GET POST",
    "/<lang:lang>/staff/queue/<city>/proposals": "GET",
    "/<lang:lang>/staff/queue/<city>/proposals/<uuid:proposal_id>": "GET",
    f"/<lang:lang>/staff/queue/<city>/proposals/<uuid:proposal_id>/{PROPOSAL_STEPS}": "GET",
    "/<lang:lang>/staff/queue/<city>/proposals/<uuid:proposal_id>/confirm": "POST",
    "/<lang:lang>/staff/queue/<city>/proposals/<uuid:proposal_id>/drop": "POST",
    "/<lang:lang>/staff/replies/<city>": "GET POST",
    "/<lang:lang>/staff/replies/<city>/<int:template_id>": "GET POST",
    "/<lang:lang>/staff/replies/<city>/<int:template_id>/delete": "POST",
    "/<lang:lang>/staff/roles": "GET",
    "/<lang:lang>/staff/sign-in": "GET POST",
    "/<lang:lang>/staff/sign-in/choose": "GET POST",
    "/<lang:lang>/staff/sign-in/code": "GET POST",
    "/<lang:lang>/staff/sign-in/forgotten": "GET POST",
    "/<lang:lang>/staff/sign-in/forgotten/<token>": "GET POST",
    "/<lang:lang>/staff/sign-in/passkey": "GET POST",
    "/<lang:lang>/staff/sign-in/passkey/<token>": "POST",
    "/<lang:lang>/staff/sign-in/recovery-code": "GET POST",
    "/<lang:lang>/staff/sign-in/rescue": "GET POST",
    "/<lang:lang>/staff/sign-out": "POST",
    "/<lang:lang>/staff/submissions/<uuid:submission_id>": "GET",
    f"/<lang:lang>/staff/submissions/<uuid:submission_id>/{STEPS}": "GET",
    "/<lang:lang>/staff/submissions/<uuid:submission_id>/notes": "GET POST",
    **{f"/<lang:lang>/staff/submissions/<uuid:submission_id>/{step}": "POST" for step in SENT},
    "/<lang:lang>/staff/submissions/<uuid:submission_id>/translations": "GET POST",
    "/<lang:lang>/staff/submissions/<uuid:submission_id>/translations/delete": "POST",
    "/<lang:lang>/staff/submissions/<uuid:submission_id>/translations/review": "POST",
    "/<lang:lang>/staff/submissions/<uuid:submission_id>/original.jpg": "GET",
    "/<lang:lang>/staff/submissions/<uuid:submission_id>/photo.jpg": "GET",
    "/basemap/<city>.pmtiles": "GET",
    "/basemap/<city>/<int:z>/<int:x>/<int:y>.<any(png,jpg,webp,avif):picture>": "GET",
    "/basemap/<city>/names.json": "GET",
    "/basemap/<city>/outline.json": "GET",
    "/catalog.jsonld": "GET",
    "/challenge": "GET",
    "/exports/<city>/saved/<name>": "GET",
    f"/exports/<city>/<any({','.join(TABLES)}):name>.csv": "GET",
    f"/exports/<city>/<any({FILES}):name>.<any(xlsx,geojson,gpkg,zip):ending>": "GET",
    "/exports/compare/<partnership>.<any(csv,json):ending>": "GET",
    "/healthz": "GET",
    "/ogc/": "GET",
    "/ogc/api": "GET",
    "/ogc/collections": "GET",
    "/ogc/collections/<collection>": "GET",
    "/ogc/collections/<collection>/items": "GET",
    "/ogc/collections/<collection>/items/<path:feature>": "GET",
    "/ogc/conformance": "GET",
    f"/open311/discovery.{OPEN311}": "GET",
    "/open311/v2/openapi.json": "GET",
    f"/open311/v2/requests.{OPEN311}": "GET POST",
    f"/open311/v2/requests/<uuid:request_id>.{OPEN311}": "GET",
    f"/open311/v2/services.{OPEN311}": "GET",
    f"/open311/v2/services/<code>.{OPEN311}": "GET",
    "/photos/<uuid:photo_id>-small.jpg": "GET",
    "/photos/<uuid:photo_id>.jpg": "GET",
    "/photos/kept/<token>.jpg": "GET",
    "/readyz": "GET",
    "/tiles/<city>/<int:z>/<int:x>/<int:y>.json": "GET",
}
# Data, pictures, redirections, and what only a demonstration has.
NO_PAGES = (
    *("/addresses", "/near", ".svg", ".jpg", ".pdf", ".json", ":ending>", "/follow", SUPPORT_STEPS, "/demo/mails"),
    "<label>",
)
# For programs: whoever sends has a key, which no browser sends by itself.
BY_KEY = (f"/open311/v2/requests.{OPEN311}",)
# How many statements a page may cost, however much it shows. Staff pages: one more for who is signed in.
BUDGETS = {
    "/en/": 6,
    "/en/worms/": 7,
    "/en/worms/downloads": 16,
    "/en/worms/list": 10,
    "/en/worms/add": 5,
    "/en/worms/add?kind=idea": 7,
    "/en/worms/privacy": 4,
    "/en/compare/worms-metz": 8,
    "/en/staff/worms/exports": 18,
    "/en/staff/queue/worms": 11,
    "/en/staff/notices/worms": 6,
    "/en/staff/appeals/worms": 6,
    "/en/staff/notes/worms": 6,
    "/en/staff/replies/worms": 5,
    "/en/staff/worms/paper": 7,
}


# Pages of the staff for who is not signed in.
OUT = ("/sign-in", "/forgotten")
# Their pages that are about themselves.
OWN = ("account", "account/app", "account/passkeys", "account/password", "account/recovery-codes", "account/sessions")
OWN += ("account/verify", "roles")


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def pages_of(sample: Sample, lang: str) -> list[str]:
    """Every page that a resident can open, in one language, with what changes on it by query or state."""
    rules = [rule for rule, methods in ROUTES.items() if rule.startswith("/<lang:lang>/") and "GET" in methods]
    rules = [rule for rule in rules if not rule.endswith(NO_PAGES)]
    addresses = [sample.address(rule) for rule in rules if "/staff/" not in rule or rule.endswith(OUT)]
    addresses += [f"/<lang:lang>/worms/{page}" for page in PAGES]
    addresses += [f"/<lang:lang>/worms/add?kind={kind}" for kind in sample.campaign.kinds]
    addresses += [f"/<lang:lang>/receipts/{token}" for token in sample.tokens.values()]
    addresses += [f"/<lang:lang>/receipts/{sample.tokens['pending']}?sent=1"]
    addresses += ["/<lang:lang>/worms/list?campaign=all&kind=idea", "/<lang:lang>/worms/?campaign=before"]
    addresses += ["/<lang:lang>/metz/", "/<lang:lang>/metz/list", "/<lang:lang>/metz/imprint"]
    addresses += [f"/<lang:lang>/worms/submissions/{sample.published.id}?fragment=1"]
    return sorted({address.replace("<lang:lang>", lang) for address in addresses})


def staff_pages_of(sample: Sample, lang: str) -> list[str]:
    """Every page that a moderator can open."""
    shown = (sample.pending, sample.in_words, sample.published, sample.rejected)
    return [
        f"/{lang}/staff/queue/worms",
        f"/{lang}/staff/queue/worms?entry={sample.rejected.id}",
        f"/{lang}/staff/queue/worms/proposals",
        f"/{lang}/staff/queue/worms/proposals/{sample.proposal.id}",
        f"/{lang}/staff/notices/worms",
        f"/{lang}/staff/places/{sample.published.place_id}/reply",
        f"/{lang}/staff/places/{sample.published.place_id}/reply?template={sample.template.id}",
        f"/{lang}/staff/appeals/worms",
        f"/{lang}/staff/appeals/worms/{sample.appeal.id}",
        f"/{lang}/staff/compare/worms-metz/notes",
        f"/{lang}/staff/notes/worms",
        f"/{lang}/staff/notices/worms/{sample.notice.id}",
        f"/{lang}/staff/notices/worms/{sample.notice.id}/contact",
        f"/{lang}/staff/worms/paper",
        f"/{lang}/staff/worms/paper?kind=idea",
        f"/{lang}/staff/replies/worms",
        f"/{lang}/staff/worms/exports",
        f"/{lang}/staff/worms/exports?profile=internal&kind=idea",
        f"/{lang}/staff/replies/worms/{sample.template.id}",
        f"/{lang}/staff/submissions/{sample.pending.id}/notes",
        f"/{lang}/staff/submissions/{sample.pending.id}/translations",
        f"/{lang}/staff/submissions/{sample.published.id}/translations?desk=1&into=fr",
        f"/{lang}/staff/accounts/{sample.moderator.id}/hand-over",
        *(f"/{lang}/staff/{page}" for page in OWN),
        *(f"/{lang}/staff/submissions/{submission.id}" for submission in shown),
    ]


def title(client: PageClient, address: str) -> str:
    return " ".join(client.page(address).xpath("string(//title)").split())


def test_the_routes_are_exactly_these(app: Flask) -> None:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    assert {rule: " ".join(sorted(methods)) for rule, methods in found.items()} == ROUTES


# Words do not depend on the database: on PostgreSQL one language opens every page.
@pytest.mark.parametrize(
    ("engine", "lang"), [*(("sqlite", lang) for lang in CODES), ("postgresql", "de")], indirect=["engine"]
)
def test_every_page_opens_in_every_language(lang: str, client: PageClient, session: Session, sample: Sample) -> None:
    for address in pages_of(sample, lang):
        client.page(address)
    client.sign_in(sample.moderator, lang=lang)
    for address in staff_pages_of(sample, lang):
        client.page(address)
    client.post_form(f"/{lang}/staff/account", {}, action="/sign-out")
    sent = invitations.make(session, sample.lead, now=datetime.now(UTC))
    client.page(f"/{lang}/staff/invitations/accept/{sent.token}")
    client.sign_in(sample.lead, lang=lang)
    profile = export_profiles.make(session, sample.lead, sample.city)
    export_profiles.token(session, sample.lead, profile)
    saving = (f"worms/exports/profiles/{profile.id}", "worms/exports/profiles/new?file=submissions.csv")
    leading = ("accounts", "invitations/new", "contacts/worms", f"accounts/{sample.moderator.id}/hand-over")
    for page in (*leading, *saving, "worms/exports", "worms/exports/log", "worms/imports"):
        client.page(f"/{lang}/staff/{page}")
    client.post_form(f"/{lang}/staff/account", {}, action="/sign-out")
    client.sign_in(sample.facilitator, lang=lang)
    client.page(f"/{lang}/staff/advice/{sample.published.id}")


@sqlite_only
def test_every_page_has_a_title_of_its_own_in_every_language(client: PageClient, sample: Sample) -> None:
    addresses = [address for address in pages_of(sample, "de") if "?" not in address and "/receipts/" not in address]
    titles = {lang: [title(client, address.replace("/de/", f"/{lang}/", 1)) for address in addresses] for lang in CODES}
    for lang, own in titles.items():
        assert len({*own}) == len(addresses), own
        for other in CODES:
            assert lang == other or not {*own} & {*titles[other]}


@sqlite_only
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_post_refuses_without_its_token(signed_in: bool, client: PageClient, sample: Sample) -> None:
    if signed_in:
        client.sign_in(sample.moderator)
    for rule in (rule for rule, methods in ROUTES.items() if "POST" in methods and rule not in BY_KEY):
        for lang, token in (("de", {}), ("fr", {"csrf_token": "forged"})):
            address = sample.address(rule).replace("<lang:lang>", lang)
            response = client.post(address, data={"kind": "idea", "text": "x" * 20, **token})
            assert response.status_code == 400, address
            assert parse(response).get("lang") == lang
    assert (sample.published.status, sample.pending.status) == ("published", "pending")


@pytest.mark.parametrize("page", BUDGETS)
def test_a_page_keeps_its_budget_of_statements(
    page: str, client: PageClient, session: Session, sample: Sample, at_most: Budget
) -> None:
    if "/staff/" in page:
        client.sign_in(sample.moderator)
    client.page(page)
    with at_most(BUDGETS[page]):
        client.page(page)


@sqlite_only
def test_head_and_wrong_methods(client: PageClient, sample: Sample) -> None:
    assert client.head("/en/worms/").status_code == 200
    refused = client.put("/en/worms/list")
    assert (refused.status_code, set(refused.headers["Allow"].split(", "))) == (405, {"GET", "HEAD", "OPTIONS"})


@sqlite_only
@pytest.mark.parametrize(
    "address",
    [
        "/de/nowhere/",
        "/de/worms/nothing",
        "/de/worms/submissions/x",
        "/de/receipts/unknown",
        "/xx/worms/",
        "/de/worms/list/",
    ],
)
def test_what_is_not_there_gets_a_page(address: str, client: PageClient, sample: Sample) -> None:
    response = client.get(address, headers={"Accept-Language": "de"})
    assert response.status_code == 404
    assert parse(response).get("lang") == "de"


@sqlite_only
@pytest.mark.parametrize(
    ("accepted", "cookie", "language"),
    [
        ("", "", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "", "fr"),
        ("pt, es;q=0.5", "", "es"),
        ("ja", "", "en"),
        ("fr", "de", "de"),
        ("fr", "xx", "fr"),
    ],
)
def test_the_way_in_is_in_the_best_language(accepted: str, cookie: str, language: str, client: PageClient) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    response = client.get("/", headers={"Accept-Language": accepted})
    assert (response.status_code, response.location) == (302, f"/{language}/")
    assert {"cookie", "accept-language"} <= {name.lower() for name in response.vary}


@sqlite_only
def test_the_switch_keeps_the_page_and_is_remembered(client: PageClient, sample: Sample) -> None:
    page = client.page("/de/worms/list?kind=idea&campaign=all")
    [link] = page.xpath("//a[@hreflang='fr'][contains(@href, 'switch=1')]/@href")
    response = client.get(link)
    assert response.status_code == 200
    assert (response.request.path, response.request.args.getlist("kind")) == ("/fr/worms/list", ["idea"])
    assert client.get("/").location == "/fr/"
    # The address that others are told does not carry the switch.
    assert not parse(response).xpath("//link[@hreflang][contains(@href, 'switch')]")
