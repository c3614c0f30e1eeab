"""Saying where: the sign, small moves, search without a connection, one's own position, the partner city, a home."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import Degrees, box_of, chosen_point, go_on, in_words, move_to, open_form, tap_map
from tests.fixtures.browsers import PageMaker

DOM = (49.6303, 8.3597)
# Sixty metres to the west of it.
BESIDE_DOM = (49.6303, 8.358867)
IN_METZ = (49.1193, 6.1757)
NOWHERE = (48.5, 7.5)
SAID = "%(metres)s m west of %(landmark)s"


def query(point: Degrees) -> str:
    """A link to the form that names a place."""
    return f"&lat={point[0]}&lon={point[1]}"


def nudge(page: Page, direction: str) -> Degrees:
    """Move the point by a button."""
    before = chosen_point(page)
    page.locator(f'[data-nudge="{direction}"]').click()
    page.wait_for_function(
        """before => ["lat", "lon"].map((name) => document.querySelector(`[name=${name}]`).value).join() !== before""",
        arg=_typed(before),
    )
    after = chosen_point(page)
    assert after is not None
    return after


def _typed(point: Degrees | None) -> str:
    return f"{point[0]:.6f},{point[1]:.6f}" if point else ","


def choose_way(page: Page, way: str) -> None:
    """One of the ways to say it."""
    page.locator(f'[data-way="{way}"]').click()
    expect(page.locator(f'[data-way="{way}"]')).to_have_attribute("aria-pressed", "true")


def search(page: Page, typed: str) -> list[str]:
    """The names that are offered for what is typed."""
    choose_way(page, "search")
    field = page.locator("#search")
    field.fill("")
    expect(page.locator("#search-list")).to_be_hidden()
    field.press_sequentially(typed)
    expect(page.locator("#search-list")).to_be_visible()
    return [name.strip() for name in page.locator("#search-list [role=option] > span").all_inner_texts()]


def test_all_ways_are_offered_at_once_in_reach_of_a_thumb(page: Page) -> None:
    open_form(page, "de", "worms")
    ways = page.locator(".ways .way")
    expect(ways).to_have_count(5)
    boxes = [way.bounding_box() for way in ways.all()]
    assert all(box and box["y"] > 844 / 2 and box["height"] >= 44 and box["width"] >= 44 for box in boxes)
    assert len({box["height"] for box in boxes if box}) == 1


def test_the_first_time_a_spotlight_says_how(page: Page) -> None:
    open_form(page, "de", "worms")
    expect(page.locator(".spotlight")).to_be_visible()
    expect(page.locator("#map-help")).to_be_visible()
    move_to(page, 40, 30)
    expect(page.locator(".spotlight")).to_be_hidden()
    expect(page.locator("#map-help")).to_be_hidden()
    page.evaluate("document.getElementById('draft-drop').click(); document.getElementById('draft-ask').close('away')")
    expect(page.locator("input[name=lat]")).to_have_value("")
    expect(page.locator("#map-help")).to_be_visible()
    expect(page.locator(".spotlight")).to_be_hidden()


def test_small_moves_are_made_by_buttons_and_said(page: Page) -> None:
    open_form(page, "de", "worms", query=query(DOM))
    expect(page.locator("#where-said")).to_contain_text(in_words("de", "At: %(landmark)s", landmark="Dom St. Peter"))
    page.locator('[data-zoom="1"]').click()
    before = chosen_point(page)
    assert before == DOM
    south = nudge(page, "down")
    metres = round((DOM[0] - south[0]) * 111_195)
    assert metres in (5, 10, 20, 50)
    assert south[1] == DOM[1]
    said = in_words("de", "Moved south by %(metres)s m.", metres=metres)
    expect(page.locator("#nudge-said")).to_have_text(said)
    west = nudge(page, "left")
    assert west[0] == south[0]
    assert west[1] < south[1]
    back = nudge(page, "right")
    assert back == south
    assert nudge(page, "up") == DOM


def test_buttons_stay_under_the_finger_while_a_longer_line_comes(page: Page) -> None:
    open_form(page, "de", "worms", query=query(DOM))
    line = page.locator("#where-said")
    expect(line).to_contain_text(in_words("de", "At: %(landmark)s", landmark="Dom St. Peter"))
    button = page.locator('[data-nudge="down"]')
    short, before = box_of(line), box_of(button)
    nudge(page, "down")
    expect(line).not_to_contain_text(in_words("de", "At: %(landmark)s", landmark="Dom St. Peter"))
    assert box_of(line)[3] > short[3]
    assert box_of(button) == before


def test_what_lies_near_is_said_after_each_move(page: Page) -> None:
    open_form(page, "de", "worms", query=query(BESIDE_DOM))
    line = page.locator("#where-said")
    expect(line).to_have_attribute("role", "status")
    expect(line).to_contain_text(in_words("de", SAID, metres=60, landmark="Dom St. Peter"))
    expect(line).to_contain_text(in_words("de", "District: %(district)s", district="Innenstadt"))
    tap_map(page, 90, -60)
    expect(line).not_to_contain_text(in_words("de", SAID, metres=60, landmark="Dom St. Peter"))
    expect(line).not_to_be_empty()


def test_coordinates_outside_the_city_stay_where_they_can_be_mended(page: Page) -> None:
    open_form(page, "de", "worms")
    page.locator('[data-way="words"]').click()
    page.locator(".coordinates summary").click()
    page.locator("#lat").fill("52,5")
    page.locator("#lon").fill("13,4")
    page.locator("#lon").press("Tab")
    outside = "This point lies outside the city. Please choose a place inside the boundary."
    expect(page.locator("#where-wrong")).to_have_text(in_words("de", outside))
    page.locator("#to-what").click()
    expect(page.locator("#lon")).to_be_visible()
    page.locator("#lat").fill(str(DOM[0]))
    page.locator("#lon").fill(str(DOM[1]))
    page.locator("#lon").press("Tab")
    expect(page.locator("#where-wrong")).to_be_empty()
    expect(page.locator('[data-way="map"]')).to_have_attribute("aria-pressed", "true")
    assert chosen_point(page) == DOM


def test_zooming_chooses_nothing(page: Page) -> None:
    open_form(page, "de", "worms")
    for button in ("1", "1", "-1"):
        page.locator(f'[data-zoom="{button}"]').click()
    page.locator("#to-what").click()
    expect(page.locator("#where-wrong")).to_have_text(in_words("de", "Please move the map to the place you mean."))
    assert chosen_point(page) is None


def test_other_entries_do_not_react(page: Page, shown: object) -> None:
    open_form(page, "de", "worms", query="#17/49.6349/8.3569")
    faded = page.locator(".leaflet-pins-pane")
    expect(faded).to_have_css("pointer-events", "none")
    page.wait_for_function("() => getComputedStyle(document.querySelector('.leaflet-pins-pane')).opacity < 0.5")
    tap_map(page, 0, -40)
    expect(page.locator("#sheet")).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("heylshoff", "Heylshofpark"),
        ("HEYLS HOF", "Heylshofpark"),
        ("synagge", "Synagoge und Raschi-Haus"),
        ("raschi syn", "Synagoge und Raschi-Haus"),
        ("waldchen", "Wäldchen mit Tiergarten"),
        ("judischer", "Heiliger Sand (jüdischer Friedhof)"),
        ("inennstadt", "Innenstadt"),
    ],
)
def test_the_search_finds_what_people_type(typed: str, name: str, page: Page) -> None:
    open_form(page, "de", "worms")
    assert name in search(page, typed)[:3]


def test_the_search_knows_no_such_place(page: Page) -> None:
    open_form(page, "de", "worms")
    choose_way(page, "search")
    page.locator("#search").press_sequentially("xqxqxq")
    nothing = "Nothing found. Try another spelling, or choose the place in another way."
    expect(page.locator("#search-said")).to_have_text(in_words("de", nothing))
    expect(page.locator("#search-list")).to_be_hidden()


def test_the_search_works_without_a_connection(page: Page) -> None:
    open_form(page, "de", "worms")
    choose_way(page, "search")
    expect(page.locator("#search")).to_be_focused()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    assert "Dom St. Peter" in search(page, "dom")
    page.locator("#search-list [role=option]").first.tap()
    expect(page.locator("#where-said")).to_contain_text("Dom St. Peter")
    page.context.set_offline(False)
    expect(page.locator("select[name=landmark]")).to_have_value("dom")


def test_the_search_by_keyboard(new_page: PageMaker) -> None:
    page = new_page(has_touch=False, is_mobile=False)
    open_form(page, "de", "worms")
    search(page, "inn")
    field = page.locator("#search")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#search-said")).to_have_text(re.compile(r"\d"))
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "search-0")
    expect(page.locator("#search-0")).to_have_attribute("aria-selected", "true")
    field.press("ArrowUp")
    assert field.get_attribute("aria-activedescendant") is None
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.locator("#step-where")).to_be_visible()
    expect(field).to_have_value("Innenstadt")
    # A district is a place already; the map shows it, and a point in it can still be chosen.
    expect(page.locator("select[name=district]")).to_have_value("innenstadt")
    assert chosen_point(page) is None
    go_on(page)
    expect(page.locator("#where-chosen")).to_have_text("Innenstadt")


def test_ones_own_position(new_page: PageMaker) -> None:
    page = new_page(geolocation={"latitude": 49.6312, "longitude": 8.3624, "accuracy": 12}, permissions=["geolocation"])
    open_form(page, "de", "worms")
    page.locator(".ways [data-position]").tap()
    expect(page.locator("input[name=lat]")).to_have_value("49.631200")
    expect(page.locator("#where-said")).to_contain_text("Marktplatz")


def test_a_position_that_is_not_known(new_page: PageMaker) -> None:
    page = new_page(permissions=[])
    open_form(page, "de", "worms")
    page.locator(".ways [data-position]").tap()
    missing = "Your position could not be found. Please choose the place in another way."
    expect(page.locator("#where-wrong")).to_have_text(in_words("de", missing))
    expect(page.locator("[data-way=map]")).to_have_attribute("aria-pressed", "true")


def test_a_point_in_the_partner_city_is_offered_there(page: Page) -> None:
    open_form(page, "de", "worms", query=query(IN_METZ))
    expect(page.locator("#where-wrong")).to_have_text(
        in_words("de", "This point lies in %(city)s. Please use the page of that city.", city="Metz")
    )
    page.locator("#where-partner a").click()
    expect(page).to_have_url(re.compile("/de/metz/add"))
    expect(page.locator("#map .leaflet-control-attribution")).to_be_visible()
    assert chosen_point(page) == IN_METZ
    expect(page.locator("#where-wrong")).to_be_empty()
    go_on(page)


def test_a_point_outside_of_both_cities(page: Page) -> None:
    open_form(page, "de", "worms", query=query(NOWHERE))
    outside = "This point lies outside the city. Please choose a place inside the boundary."
    expect(page.locator("#where-wrong")).to_have_text(in_words("de", outside))
    expect(page.locator("#where-partner")).to_be_hidden()


def test_near_a_home_the_circle_is_shown_before_sending(page: Page) -> None:
    open_form(page, "de", "worms", query=query(DOM))
    expect(page.locator(".home-circle")).to_have_count(0)
    page.locator("#near_home").check()
    circle = page.locator(".home-circle")
    expect(circle).to_be_visible()
    box, frame = circle.bounding_box(), page.locator("#map").bounding_box()
    assert box
    assert frame
    assert 60 < box["width"] < frame["width"]
    assert box["height"] < frame["height"]
    expect(page.locator(".near-circle")).to_be_visible()
    # Where a home is does not even go into the addresses that are asked for.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#to-what").click()
    expect(page.locator("#step-what")).to_be_visible()
    assert not [address for address in asked if str(DOM[0]) in address]


def test_enter_goes_on_and_does_not_send(page: Page) -> None:
    open_form(page, "de", "worms")
    choose_way(page, "words")
    page.locator("input[name=place_words]").fill("hinter dem Bahnhof")
    page.locator("input[name=place_words]").press("Enter")
    expect(page.locator("#what-title")).to_be_focused()
    expect(page.locator("#errors")).to_be_hidden()
    expect(page.locator("#where-chosen")).to_have_text("hinter dem Bahnhof")
