// A small map: where an entry is, and where a tap would put it. The fields beside it say the same without it.

import { createMap } from "./ground.js";
import { Pins } from "./pins.js";
import { pointFields, readPoint, writePoint } from "./point-fields.js";
import { signElement } from "./signs.js";

const L = window.L;
// How far a published point can be from a home, in metres.
const HOME_RADIUS = 107;
const CLOSE = 17;

const frame = document.querySelector(".place-map");
const fields = pointFields();
frame.hidden = false;
const map = createMap(document.getElementById("map"));
map.scrollWheelZoom.disable();
new Pins().addTo(map);
map.getPane("pins").classList.add("pins-faded");
const marker = L.marker(map.getCenter(), { icon: sign(frame.dataset.kind), interactive: false, keyboard: false });

const { point, rough } = frame.dataset;
if (point) put(pair(point), CLOSE);
const home = rough && L.circle(pair(rough), { radius: HOME_RADIUS, className: "home-circle", interactive: false }).addTo(map);
if (fields.length) {
  map.on("click", ({ latlng }) => choose(latlng));
  for (const field of fields) field.addEventListener("change", typed);
  typed();
}

function choose(at) {
  writePoint(fields, at);
  put(at);
  // It lay around the former point.
  if (home) home.remove();
}

// What is typed shows on the map, also what a refused form brought back.
function typed() {
  const at = readPoint(fields);
  if (at) put(at, CLOSE);
}

function put(at, zoom) {
  marker.setLatLng(at).addTo(map);
  if (zoom) map.setView(at, Math.max(zoom, map.getZoom()), { animate: false });
}

function pair(text) {
  return text.split(",").map(Number);
}

function sign(kind) {
  return L.divIcon({ className: "place-marker", html: signElement(kind), iconSize: [0, 0] });
}
