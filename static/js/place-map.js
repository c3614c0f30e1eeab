// A small map: where an entry is, and where a tap would put it. The fields beside it say the same without it.

import { createMap } from "./ground.js";
import { Pins } from "./pins.js";
import { signElement } from "./signs.js";

const L = window.L;
// How far a published point can be from a home, in metres.
const HOME_RADIUS = 107;
const CLOSE = 17;

const frame = document.querySelector(".place-map");
const fields = document.querySelectorAll("#lat, #lon");
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

function choose({ lat, lng }) {
  [fields[0].value, fields[1].value] = [lat.toFixed(6), lng.toFixed(6)];
  fields[0].closest("details").open = true;
  put([lat, lng]);
  // It lay around the former point.
  if (home) home.remove();
}

// What is typed shows on the map, also what a refused form brought back.
function typed() {
  const [lat, lng] = [...fields].map(({ value }) => (value.trim() ? Number(value.replace(",", ".")) : NaN));
  if (Math.abs(lat) <= 90 && Math.abs(lng) <= 180) put([lat, lng], CLOSE);
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
