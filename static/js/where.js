// The first step: where it is. Map, own position, well-known place and words are equal ways to say it.

import { createMap, fill, number, readOutline, settings, texts } from "./ground.js";
import { holds, nearest } from "./geometry.js";
import { Pins } from "./pins.js";

const L = window.L;
// How far a published point can be from a home, in metres.
const HOME_RADIUS = 107;
const NUDGE_PIXELS = 20;
const NEAR = 1500;

const form = document.getElementById("add-form");
const { lat, lon, landmark, district, place_words: words, near_home: nearHome } = form.elements;
const said = document.getElementById("where-said");
const wrong = document.getElementById("where-wrong");
const frame = document.querySelector(".where-map");
let outline = { boundary: null, districts: [], landmarks: [] };
let map;
let home;
let way = "map";
// Words and a point would contradict each other: while somebody writes, the point waits here.
let waiting = null;
// The map moves by itself when it opens or is resized; only what a person does counts as choosing.
let byPerson = false;

export async function startWhere() {
  map = createMap("map");
  map.options.nudge = NUDGE_PIXELS;
  new Pins().addTo(map);
  map.getPane("pins").classList.add("pins-faded");
  wireMap(map.getCenter());
  wireWays();
  for (const field of [lat, lon]) field.addEventListener("change", () => jump(point()));
  nearHome.addEventListener("change", drawHome);
  showFields();
  outline = await readOutline().catch(() => outline);
  if (way === "landmark") toLandmark();
  else describe();
  drawHome();
}

// Shows what the fields hold already: from a link, after a refusal, or as the browser filled them after "back".
export function showFields() {
  const given = point();
  if (given) {
    byPerson = false;
    map.setView(given, Math.max(map.getZoom(), 16), { animate: false });
    mark(given);
  } else if (landmark.value) choose("landmark");
  else if (district.value || words.value) choose("words");
  if (way === "landmark") toLandmark();
}

function wireMap(start) {
  const person = () => (byPerson = true);
  for (const event of ["pointerdown", "wheel", "keydown", "touchstart"]) {
    frame.addEventListener(event, person, { passive: true, capture: true });
  }
  map.on("click", ({ latlng }) => {
    if (way !== "map") choose("map");
    byPerson = false;
    landmark.value = "";
    map.panTo(latlng);
    mark(latlng);
  });
  map.on("movestart", () => byPerson && frame.classList.add("is-moving"));
  map.on("moveend", () => {
    frame.classList.remove("is-moving");
    const centre = map.getCenter();
    if (!byPerson || same(centre, start)) return;
    if (way !== "map") choose("map");
    landmark.value = "";
    mark(centre);
  });
}

function wireWays() {
  for (const button of document.querySelectorAll("[data-way]")) {
    button.addEventListener("click", () => choose(button.dataset.way));
  }
  landmark.addEventListener("change", toLandmark);
  for (const field of [district, words]) field.addEventListener("input", () => (wrong.textContent = ""));
  document.querySelector(".ways [data-position]").addEventListener("click", findPosition);
  choose("map");
}

function choose(chosen) {
  if (chosen === "words" && way !== "words") {
    waiting = { lat: lat.value, lon: lon.value, landmark: landmark.value };
    setPlace({ lat: "", lon: "", landmark: "" });
  } else if (chosen !== "words" && waiting) {
    if (!point()) setPlace(waiting);
    waiting = null;
  }
  way = chosen;
  byPerson = false;
  document.body.classList.toggle("way-words", way === "words");
  for (const button of document.querySelectorAll("[data-way]")) {
    button.setAttribute("aria-pressed", String(button.dataset.way === way));
  }
  for (const part of document.querySelectorAll("[data-ways]")) {
    part.classList.toggle("way-off", !part.dataset.ways.split(" ").includes(way));
  }
  wrong.textContent = "";
  describe();
  drawHome();
}

function setPlace(values) {
  lat.value = values.lat;
  lon.value = values.lon;
  landmark.value = values.landmark;
}

function findPosition() {
  choose("map");
  said.textContent = texts.searching;
  map.locate({ timeout: 15000, enableHighAccuracy: true });
  map.once("locationfound", ({ latlng }) => jump(latlng));
  map.once("locationerror", () => {
    describe();
    wrong.textContent = texts.noPosition;
  });
}

function toLandmark() {
  const place = outline.landmarks.find(({ code }) => code === landmark.value);
  lat.value = lon.value = "";
  frame.classList.toggle("is-touched", Boolean(place));
  if (place) {
    byPerson = false;
    map.setView([place.lat, place.lon], Math.max(map.getZoom(), 17), { animate: false });
  }
  describe();
  drawHome();
}

function jump(to) {
  if (!to) return describe();
  landmark.value = "";
  byPerson = false;
  map.setView(to, Math.max(map.getZoom(), 17), { animate: false });
  mark(to);
}

function mark(at) {
  lat.value = at.lat.toFixed(6);
  lon.value = at.lng.toFixed(6);
  frame.classList.add("is-touched");
  describe();
  drawHome();
}

function point() {
  const [y, x] = [lat, lon].map((field) => (field.value.trim() ? Number(field.value.replace(",", ".")) : NaN));
  return Math.abs(y) <= 90 && Math.abs(x) <= 180 ? L.latLng(y, x) : null;
}

function chosenPoint() {
  const place = outline.landmarks.find(({ code }) => code === landmark.value);
  return point() ?? (place ? L.latLng(place.lat, place.lon) : null);
}

// What lies under the sign, in words: for everybody, and for screen readers the only way to know.
function describe() {
  const at = chosenPoint();
  wrong.textContent = at && isOutside(at) ? texts.outside : "";
  said.textContent = at && !isOutside(at) ? placeText(at) : "";
}

function isOutside(at) {
  return outline.boundary && !holds(outline.boundary, at);
}

function placeText(at) {
  const near = nearest(at, outline.landmarks);
  if (near && near.away < 15) return fill(texts.at, { landmark: near.place.name });
  if (near && near.away < NEAR) {
    return fill(texts.near, { landmark: near.place.name, metres: number.format(Math.round(near.away / 10) * 10) });
  }
  const inside = outline.districts.find(({ boundary }) => holds(boundary, at));
  return inside ? fill(texts.inDistrict, { district: inside.name }) : texts.onTheMap;
}

function drawHome() {
  home?.remove();
  home = null;
  const at = nearHome.checked ? chosenPoint() : null;
  document.querySelector(".near-circle").hidden = !at;
  if (at) home = L.circle(at, { radius: HOME_RADIUS, className: "home-circle", interactive: false }).addTo(map);
}

function same(a, b) {
  return Math.abs(a.lat - b.lat) < 1e-6 && Math.abs(a.lng - b.lng) < 1e-6;
}

// What is wrong with the place, or nothing.
export function checkWhere() {
  const at = chosenPoint();
  if (!at && (lat.value.trim() || lon.value.trim())) wrong.textContent = texts.notAPoint;
  else if (at && isOutside(at)) wrong.textContent = texts.outside;
  else if (at || district.value || words.value.trim()) wrong.textContent = "";
  else if ("needsPlace" in form.dataset) wrong.textContent = way === "map" ? texts.untouched : texts.noPlace;
  else wrong.textContent = "";
  return wrong.textContent;
}

export function clearWhere() {
  for (const field of [lat, lon, landmark, district, words]) field.value = "";
  nearHome.checked = false;
  frame.classList.remove("is-touched");
  describe();
  drawHome();
}

export function chosenText() {
  const at = chosenPoint();
  const listed = district.selectedIndex > 0 ? district.options[district.selectedIndex].text : "";
  if (at) return placeText(at);
  return words.value.trim() || listed || texts.withoutPlace;
}
