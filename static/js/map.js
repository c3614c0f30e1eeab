// The map page: pins, what a tap on them does, the status line, and links that keep the view.

import { createMap, fill, number, settings, texts, writeHash } from "./ground.js";
import { Pins } from "./pins.js";
import { closeSheet, showCluster, showEntry } from "./sheet.js";

const L = window.L;
const DEEPEST = 19;
for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;

const map = createMap("map");
const pins = new Pins().addTo(map);
const failed = document.getElementById("map-failed");

map.on("moveend", () => {
  writeHash(map);
  say();
});

let broken = false;
pins.on("loading", () => (broken = false));
pins.on("tileerror", () => (broken = true));
pins.on("load", () => {
  failed.querySelector("p").textContent = texts.failed;
  failed.hidden = !broken;
  if (broken) document.getElementById("map-status").textContent = "";
  else say();
});
document.getElementById("map-retry").addEventListener("click", () => pins.redraw());

function say() {
  const bounds = map.getBounds();
  const status = fill(texts.inView, { number: number.format(pins.inView(bounds)) });
  const line = document.getElementById("map-status");
  if (line.textContent !== status) line.textContent = status;
  document.getElementById("map-list").href = listOf(bounds);
}

function listOf(bounds) {
  const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const address = new URL(settings.list, location);
  address.searchParams.set("bbox", box.map((edge) => edge.toFixed(6)).join(","));
  return address.href;
}

// A tap, but not the end of a drag that began on a pin.
let dragged = false;
map.on("dragstart", () => (dragged = true));
map.getContainer().addEventListener("pointerdown", () => (dragged = false), true);
map.getPane("pins").addEventListener("click", (event) => {
  const element = event.target.closest(".pin");
  if (!element || dragged) return;
  event.stopPropagation();
  open(element.item);
});
map.on("click", ({ latlng }) => {
  const item = pins.near(latlng);
  if (item) open(item);
  else closeSheet();
});

function open(item) {
  choose(item.element);
  if (item.id) showEntry(fill(settings.entry, { id: item.id }), () => keepVisible(item));
  else if (item.stacked || map.getZoom() >= DEEPEST) showCluster(item, listOf(item.box), () => keepVisible(item));
  else map.setView(item.latlng, Math.min(map.getZoom() + 2, DEEPEST));
}

function choose(element) {
  for (const other of document.querySelectorAll(".pin-chosen")) other.classList.remove("pin-chosen");
  element.classList.add("pin-chosen");
}

// On a phone the sheet covers the lower part: move the pin above it.
function keepVisible(item) {
  const sheet = document.getElementById("sheet").getBoundingClientRect();
  const box = map.getContainer().getBoundingClientRect();
  const covered = sheet.width >= box.width ? Math.max(0, box.bottom - sheet.top) : 0;
  map.panInside(item.latlng, { paddingTopLeft: [40, 90], paddingBottomRight: [70, covered + 40] });
}

document.querySelector("[data-position]").addEventListener("click", () => {
  map.locate({ setView: true, maxZoom: 16, timeout: 15000, enableHighAccuracy: true });
});
let here;
map.on("locationfound", ({ latlng, accuracy }) => {
  here?.remove();
  here = L.circle(latlng, { radius: accuracy, className: "position-circle", interactive: false }).addTo(map);
});
map.on("locationerror", () => {
  document.getElementById("map-status").textContent = texts.noPosition;
});

document.querySelector(".filter-kinds [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
for (const link of document.querySelectorAll("[data-keep-view]")) {
  link.addEventListener("click", () => (link.hash = location.hash));
}
