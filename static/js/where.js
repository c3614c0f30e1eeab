// The first step: where it is. Map, search, own position, well-known place and words are equal ways to say it.

import { breath, createMap, fill, leisure, number } from "./ground.js";
import { Pins } from "./pins.js";
import * as place from "./place.js";
import { keep, recall } from "./device.js";
import { say, saySoon, texts } from "./wording.js";

const L = window.L;
const NUDGES = { up: ["movedUp", 0, 1], down: ["movedDown", 0, -1], left: ["movedLeft", -1, 0], right: ["movedRight", 1, 0] };
const NUDGE_METRES = [2, 5, 10, 20, 50, 100, 200, 500, 1000];
const NUDGE_PIXELS = 14;
const UNSURE = 60;
const SEEN = "where-hint-seen";

const form = document.getElementById("add-form");
const { lat, lon, landmark, district, words, nearHome } = place;
const line = document.getElementById("where-said");
const frame = document.querySelector(".where-map");
let map;
let way = "map";
// Words and a point would contradict each other: while somebody writes, the point waits here.
let waiting = null;
// The map moves by itself when it opens or is resized; only what a person does counts as choosing.
let byPerson = false;
// Where the page has put the map: a move that ends there has chosen nothing.
let anchor;

export async function startWhere() {
  map = createMap("map");
  anchor = map.getCenter();
  frame.classList.toggle("first-use", !recall(SEEN));
  wireMap();
  wireWays();
  for (const field of [lat, lon]) field.addEventListener("change", typed);
  nearHome.addEventListener("change", () => {
    byPerson = false;
    place.zoomToHome(map);
    show();
  });
  await breath();
  showFields();
  leisure().then(showOthers);
  await place.learnPlaces();
  if (landmark.value) toLandmark();
  else showUnlessRefused();
}

// What was refused in the meantime, because nothing was chosen, is still true.
const showUnlessRefused = () => (place.point() || !place.isRefused()) && show();
const show = () => place.show(map);

// Coordinates lead to their place on the map; those outside the city stay where they can be mended.
async function typed() {
  await place.learnPlaces();
  const given = place.point();
  if (given && !place.isElsewhere(given)) jump(given);
  else show();
}

// What is there already is told apart from what is being added, and asks for no finger.
function showOthers() {
  new Pins().addTo(map);
  map.getPane("pins")?.classList.add("pins-faded");
}

// Shows what the fields hold already: from a link, a draft, after a refusal, or as the browser filled them after "back".
export function showFields() {
  const given = place.point();
  if (given) {
    if (way !== "map") choose("map");
    move(given, Math.max(map.getZoom(), 16));
    touched(true);
  } else if (landmark.value) {
    choose("landmark");
    toLandmark();
  } else if (district.value || words.value) choose("words");
  showUnlessRefused();
}

export function mapCentre() {
  return map.getCenter();
}

function wireMap() {
  for (const event of ["pointerdown", "wheel", "keydown", "touchstart"]) {
    frame.addEventListener(event, () => (byPerson = true), { passive: true, capture: true });
  }
  map.on("click", ({ latlng }) => {
    byPerson = false;
    anchor = latlng;
    map.panTo(latlng);
    mark(latlng);
  });
  map.on("movestart", () => byPerson && frame.classList.add("is-moving"));
  map.on("moveend", () => {
    frame.classList.remove("is-moving");
    if (!byPerson || isAtAnchor()) return;
    anchor = map.getCenter();
    mark(anchor);
  });
  for (const button of document.querySelectorAll("[data-nudge]")) {
    button.addEventListener("click", () => nudge(...NUDGES[button.dataset.nudge]));
  }
}

// Zooming moves the middle by parts of a pixel; that is no other place.
function isAtAnchor() {
  return map.latLngToContainerPoint(anchor).distanceTo(map.getSize().divideBy(2)) < 2;
}

// By a round number of metres that is seen on the screen.
function nudge(text, east, north) {
  const from = place.chosenPoint() ?? map.getCenter();
  const narrower = Math.cos((from.lat * Math.PI) / 180);
  const pixel = (40_075_017 * narrower) / 2 ** (map.getZoom() + 8);
  const step = NUDGE_METRES.find((metres) => metres >= pixel * NUDGE_PIXELS) ?? NUDGE_METRES.at(-1);
  const degrees = step / 111_195;
  const to = L.latLng(from.lat + north * degrees, from.lng + (east * degrees) / narrower);
  move(to, map.getZoom());
  mark(to);
  const said = document.getElementById("nudge-said");
  say(said, "");
  saySoon(said, fill(texts[text], { metres: number.format(step) }), 50);
}

function wireWays() {
  for (const button of document.querySelectorAll("[data-way]")) {
    button.addEventListener("click", () => {
      choose(button.dataset.way);
      form.dispatchEvent(new CustomEvent("way", { detail: way }));
    });
  }
  landmark.addEventListener("change", toLandmark);
  for (const field of [district, words]) field.addEventListener("input", show);
  document.querySelector(".ways [data-position]").addEventListener("click", findPosition);
  choose("map");
}

function choose(chosen) {
  if (chosen === "words" && way !== "words") {
    waiting = { lat: lat.value, lon: lon.value, landmark: landmark.value };
    lat.value = lon.value = landmark.value = "";
  } else if (chosen !== "words" && waiting) {
    if (!place.point()) [lat.value, lon.value, landmark.value] = [waiting.lat, waiting.lon, waiting.landmark];
    waiting = null;
  }
  way = chosen;
  byPerson = false;
  document.body.dataset.placeBy = way;
  for (const button of document.querySelectorAll("[data-way]")) {
    button.setAttribute("aria-pressed", String(button.dataset.way === way));
  }
  for (const part of document.querySelectorAll("[data-ways]")) {
    part.classList.toggle("way-off", part.dataset.ways !== way);
  }
  show();
}

function findPosition() {
  choose("map");
  clearTimeout(line.waiting);
  say(line, texts.searching);
  map.off("locationfound locationerror");
  map.once("locationfound", ({ latlng, accuracy }) => {
    jump(latlng);
    if (accuracy > UNSURE) saySoon(line, fill(texts.roughly, { metres: number.format(Math.round(accuracy / 10) * 10) }));
  });
  map.once("locationerror", () => {
    show();
    say(document.getElementById("where-wrong"), texts.noPosition);
  });
  map.locate({ timeout: 15000, enableHighAccuracy: true });
}

function toLandmark() {
  const known = place.chosenLandmark();
  if (landmark.value) place.setPlace({ code: landmark.value });
  if (known) move(L.latLng(known.lat, known.lon), Math.max(map.getZoom(), 17));
  touched(Boolean(known));
  show();
}

// What the search found: a well-known place, a district, or a point.
export function goTo(found) {
  if (found.sort === "district") {
    place.setPlace({ area: found.code });
    byPerson = false;
    map.fitBounds(L.geoJSON(found.boundary).getBounds(), { animate: false });
    anchor = map.getCenter();
    touched(false);
    show();
  } else if (found.sort === "landmark") {
    landmark.value = found.code;
    toLandmark();
  } else jump(L.latLng(found.lat, found.lon));
}

export function jump(to) {
  move(to, Math.max(map.getZoom(), 17));
  mark(to);
}

export function clearWhere() {
  place.setPlace({});
  words.value = "";
  nearHome.checked = false;
  touched(false);
  show();
}

function move(to, zoom) {
  byPerson = false;
  anchor = to;
  map.setView(to, zoom, { animate: false });
}

function mark(at) {
  place.setPlace({ at });
  if (way === "landmark" || way === "words") choose("map");
  touched(true);
  show();
}

function touched(is) {
  frame.classList.toggle("is-touched", is);
  if (!is || !frame.classList.contains("first-use")) return;
  frame.classList.remove("first-use");
  keep(SEEN, "1");
}
