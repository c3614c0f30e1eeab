// The map beside the entry that is open: where it is, and what lies close to it. A list on the page says the same.
// Where the point is set or moved, a tap puts it there and into the fields.

import { createMap, settings } from "./ground.js";
import { pointFields, readPoint, writePoint } from "./point-fields.js";
import { signElement } from "./signs.js";

const L = window.L;
// How far a published point can be from a home, and how far neighbours are looked for, in metres.
const HOME_RADIUS = 107;
const NEAR = 60;
const CLOSE = 18;

let map;
let shown;
let own;
// Where somebody has tapped before the fields for it were there.
let tapped;

export function showNeighbours() {
  const frame = document.querySelector(".queue-map");
  const data = document.getElementById("entry-on-map");
  const entry = data ? JSON.parse(data.dataset.map) : { point: null };
  frame.hidden = !entry.point && !entry.wanted;
  shown?.remove();
  if (frame.hidden) return;
  map ??= makeMap();
  shown = L.layerGroup().addTo(map);
  map.invalidateSize({ animate: false });
  own = sign(entry.kind, "place-marker", 1000);
  if (entry.point) showEntry(entry);
  else map.setView(settings.centre, settings.zoom, { animate: false });
  const fields = pointFields();
  for (const field of fields) field.addEventListener("change", () => show(readPoint(fields)));
  if (fields.length && tapped) {
    choose(tapped);
    fields[0].form.dataset.chosen = "";
  } else if (fields.length) {
    // What a refused form brought back.
    show(readPoint(fields));
  }
  tapped = null;
}

function showEntry({ point, rough, around }) {
  L.circle(point, { radius: NEAR, className: "near-circle", interactive: false }).addTo(shown);
  if (rough) L.circle(rough, { radius: HOME_RADIUS, className: "home-circle", interactive: false }).addTo(shown);
  for (const { at, kind, waits } of around) sign(kind, waits ? "near-waits" : "near-shown").setLatLng(at).addTo(shown);
  own.setLatLng(point).addTo(shown);
  map.setView(point, CLOSE, { animate: false });
}

function makeMap() {
  const made = createMap(document.getElementById("map"));
  made.scrollWheelZoom.disable();
  made.on("click", ({ latlng }) => choose(latlng));
  return made;
}

// An entry that lacks a point has no fields yet: its tool opens with what was tapped.
function choose(at) {
  const fields = pointFields();
  if (fields.length) {
    writePoint(fields, at);
    show([at.lat, at.lng]);
  } else if (document.querySelector(".queue-pointless")) {
    tapped = at;
    document.querySelector('[data-key="m"]').click();
  }
}

function show(at) {
  if (!at) return;
  own.setLatLng(at).addTo(shown);
  if (!map.getBounds().contains(at)) map.setView(at, map.getZoom(), { animate: false });
}

function sign(kind, className, zIndexOffset = 0) {
  const icon = L.divIcon({ className, html: signElement(kind), iconSize: [0, 0] });
  return L.marker(map.getCenter(), { icon, zIndexOffset, interactive: false, keyboard: false });
}
