// The map page: pins, the sheet that a tap on them opens, the status line, and links that keep the view.

import { createMap, fill, number, painted, settings, texts, writeHash } from "./ground.js";
import { Pins } from "./pins.js";

const L = window.L;
const DEEPEST = 19;

await painted();
const map = createMap("map");
for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
const pins = new Pins().addTo(map);
const status = document.getElementById("map-status");
const failed = document.getElementById("map-failed");
const list = document.getElementById("map-list");

map.on("moveend", () => writeHash(map));
map.on("pinsdrawn", () => ready && say());

let ready = false;
let broken = false;
pins.on("loading", () => (broken = false));
pins.on("tileerror", () => (broken = true));
pins.on("load", () => {
  failed.querySelector("p").textContent = texts.failed;
  failed.hidden = !broken;
  ready = !broken;
  if (broken) status.textContent = "";
  else say();
});
document.getElementById("map-retry").addEventListener("click", () => pins.redraw());

function say() {
  const words = fill(texts.inView, { number: number.format(pins.inView()) });
  if (status.textContent !== words) status.textContent = words;
  if (list) list.href = listOf(map.getBounds());
}

function listOf(bounds) {
  const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const address = new URL(settings.list, location);
  address.searchParams.set("bbox", box.map((edge) => edge.toFixed(6)).join(","));
  return address.href;
}

map.on("click", ({ latlng }) => {
  const item = pins.near(latlng);
  if (item) open(item);
  else closeSheet();
});

// Arrow keys move the map and Enter opens what is nearest to its middle, so that no hand is needed to point.
document.getElementById("map-says")?.append(" ", texts.keys);
map.getContainer().addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== map.getContainer()) return;
  const item = pins.nearest(map.getCenter());
  if (item) open(item);
});

// A hand shows over what can be opened.
let hovering;
map.on("mousemove", ({ latlng }) => {
  hovering ??= requestAnimationFrame(() => {
    hovering = null;
    map.getContainer().classList.toggle("over-pin", Boolean(pins.near(latlng)));
  });
});

function open(item) {
  if (item.n === 1) {
    pins.choose(item);
    showEntry(fill(settings.entry, { id: item.id }), () => keepVisible(item));
  } else if (item.stacked || map.getZoom() >= DEEPEST) {
    pins.choose(item);
    showCluster(item, () => keepVisible(item));
  } else map.setView(pins.latlng(item), Math.min(map.getZoom() + 2, DEEPEST));
}

// On a phone the sheet covers the lower part: move the pin above it.
function keepVisible(item) {
  const covering = sheet.getBoundingClientRect();
  const box = map.getContainer().getBoundingClientRect();
  const covered = covering.width >= box.width ? Math.max(0, box.bottom - covering.top) : 0;
  map.panInside(pins.latlng(item), { paddingTopLeft: [40, 90], paddingBottomRight: [70, covered + 40] });
}

document.querySelector("[data-position]")?.addEventListener("click", () => {
  map.locate({ setView: true, maxZoom: 16, timeout: 15000, enableHighAccuracy: true });
});
let here;
map.on("locationfound", ({ latlng, accuracy }) => {
  here?.remove();
  here = L.circle(latlng, { radius: accuracy, className: "position-circle", interactive: false }).addTo(map);
});
map.on("locationerror", () => {
  status.textContent = texts.noPosition;
});

// The sheet beside or below the map: one entry, or the way to the list of a spot.
const sheet = document.getElementById("sheet");
const body = sheet.querySelector(".sheet-body");
let asked;
let cameFrom;

async function showEntry(address, shown) {
  asked?.abort();
  asked = new AbortController();
  openSheet(element("p", texts.loading), shown);
  try {
    const response = await fetch(address, { signal: asked.signal });
    if (!response.ok) throw new Error(response.status);
    body.innerHTML = await response.text();
  } catch (error) {
    if (error.name === "AbortError") return;
    body.replaceChildren(element("p", texts.sheetFailed));
  }
  shown();
}

function showCluster(item, shown) {
  asked?.abort();
  const link = element("a", texts.clusterList);
  link.href = listOf(pins.box(item));
  link.className = "button";
  // Inside of another site a link opens a page of its own, but this is the same map as a list.
  link.target = "_self";
  openSheet(element("h2", fill(texts.cluster, { number: number.format(item.n) })), shown);
  body.append(link);
}

function closeSheet() {
  if (sheet.hidden) return;
  asked?.abort();
  sheet.hidden = true;
  pins.choose(null);
  const back = cameFrom?.isConnected && cameFrom.checkVisibility?.() !== false ? cameFrom : map.getContainer();
  back.focus({ preventScroll: true });
}

function openSheet(content, shown) {
  if (sheet.hidden) cameFrom = document.activeElement === document.body ? null : document.activeElement;
  body.replaceChildren(content);
  sheet.hidden = false;
  body.focus({ preventScroll: true });
  body.scrollTop = 0;
  shown();
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

sheet.querySelector(".sheet-close").addEventListener("click", closeSheet);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeSheet();
});

document.querySelector(".filter-kinds li + li [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
for (const form of document.querySelectorAll("form[data-keep-view]")) {
  form.addEventListener("submit", () => (form.action = new URL(location.hash, form.action).href));
}
for (const link of document.querySelectorAll("a[data-keep-view]")) {
  link.addEventListener("click", () => (link.hash = location.hash));
}
