// The map beside the entry that is open: where it is, and what lies close to it. A list on the page says the same.

import { createMap } from "./ground.js";
import { signElement } from "./signs.js";

const L = window.L;
// How far a published point can be from a home, and how far neighbours are looked for, in metres.
const HOME_RADIUS = 107;
const NEAR = 60;
const CLOSE = 18;

let map;
let shown;

export function showNeighbours() {
  const frame = document.querySelector(".queue-map");
  const data = document.getElementById("entry-on-map");
  const entry = data ? JSON.parse(data.dataset.map) : { point: null };
  frame.hidden = !entry.point;
  shown?.remove();
  if (!entry.point) return;
  map ??= makeMap();
  shown = L.layerGroup().addTo(map);
  L.circle(entry.point, { radius: NEAR, className: "near-circle", interactive: false }).addTo(shown);
  if (entry.rough) L.circle(entry.rough, { radius: HOME_RADIUS, className: "home-circle", interactive: false }).addTo(shown);
  for (const { at, kind, waits } of entry.around) put(at, kind, waits ? "near-waits" : "near-shown");
  put(entry.point, entry.kind, "place-marker", 1000);
  map.invalidateSize({ animate: false });
  map.setView(entry.point, CLOSE, { animate: false });
}

function makeMap() {
  const made = createMap(document.getElementById("map"));
  made.scrollWheelZoom.disable();
  return made;
}

function put(at, kind, className, zIndexOffset = 0) {
  const icon = L.divIcon({ className, html: signElement(kind), iconSize: [0, 0] });
  L.marker(at, { icon, zIndexOffset, interactive: false, keyboard: false }).addTo(shown);
}
