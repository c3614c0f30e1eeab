// The ground of every map: Leaflet itself, the plain drawing of the city, the basemap where there is one, the buttons.

const L = window.L;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
export const dark = matchMedia("(prefers-color-scheme: dark)");

export const settings = JSON.parse(document.getElementById("map-settings").textContent);
export const texts = JSON.parse(document.getElementById("map-texts").textContent);

// Small numbers need no marks. For larger ones a slow phone has to read the rules of all languages first.
let marks;
export const number = {
  format(value) {
    if (Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
    marks ??= new Intl.NumberFormat(settings.lang);
    return marks.format(value);
  },
};

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// The page is shown first, then its map begins: in one piece both would keep a slow phone busy for too long.
export function painted() {
  return new Promise((goOn) => {
    requestAnimationFrame(() => setTimeout(goOn));
    setTimeout(goOn, 300);
  });
}

// Lets the browser answer a finger between two pieces of work, and waits for what can wait.
export const breath = () => new Promise((goOn) => setTimeout(goOn));
export const leisure = () =>
  new Promise((goOn) => (window.requestIdleCallback ? requestIdleCallback(goOn, { timeout: 1000 }) : setTimeout(goOn, 200)));

export function createMap(element) {
  const map = L.map(element, {
    minZoom: 9,
    maxZoom: 19,
    zoomControl: false,
    fadeAnimation: !calm,
    zoomAnimation: !calm,
    inertia: !calm,
    maxBoundsViscosity: 0.8,
  });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com" rel="noreferrer">Leaflet</a>');
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  const [west, south, east, north] = settings.box;
  const city = L.latLngBounds([south, west], [north, east]);
  map.setMaxBounds(city.pad(0.6));
  map.setMinZoom(Math.max(9, map.getBoundsZoom(city) - 1));
  const view = readHash();
  map.setView(view ? view.centre : settings.centre, view ? view.zoom : settings.zoom, { animate: false });
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  wireButtons(map);
  makeRoom(map);
  drawGround(map);
  credit(map, settings.source);
  if (settings.basemap) afterFirstPaint(() => showBasemap(map));
  return map;
}

// #zoom/latitude/longitude keeps the view in links, in the history and on the way to the form.
export function readHash() {
  const [zoom, lat, lng] = location.hash.slice(1).split("/").map(Number);
  const fits = zoom >= 9 && zoom <= 19 && Math.abs(lat) <= 90 && Math.abs(lng) <= 180;
  return fits ? { zoom: Math.round(zoom), centre: [lat, lng] } : null;
}

export function writeHash(map) {
  const { lat, lng } = map.getCenter();
  history.replaceState(history.state, "", `#${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
}

function afterFirstPaint(task) {
  if (document.readyState === "complete") setTimeout(task, 50);
  else addEventListener("load", () => setTimeout(task, 50), { once: true });
}

// The renderer is large: it comes when the page is there already. Where it fails, the plain ground stays.
async function showBasemap(map) {
  try {
    const { addBasemap } = await import("./basemap.js");
    await addBasemap(map, { ...settings.basemap, lang: settings.lang, dark: dark.matches });
    credit(map, settings.basemap.attribution);
  } catch (error) {
    console.info("plain ground", error);
  }
}

function wireButtons(map) {
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => map.setZoom(map.getZoom() + Number(button.dataset.zoom)));
  }
  for (const button of document.querySelectorAll("[data-pan]")) {
    const [right, down] = button.dataset.pan.split(",").map(Number);
    button.addEventListener("click", () => map.panBy([right * step(map), down * step(map)]));
  }
}

// On the form the buttons nudge the point; elsewhere they move on by a good part of the screen.
function step(map) {
  return map.options.nudge || map.getSize().x / 3;
}

// Credits may need several lines on a phone: scale, buttons and status keep above them.
function makeRoom(map) {
  const credits = map.attributionControl.getContainer();
  const frame = map.getContainer().parentElement;
  const measure = () => frame.style.setProperty("--credits", `${Math.ceil(credits.getBoundingClientRect().height)}px`);
  new ResizeObserver(measure).observe(credits);
}

// Leaflet takes HTML here; what a city wrote is text.
function credit(map, source) {
  const words = document.createElement("span");
  words.textContent = source;
  if (source) map.attributionControl.addAttribution(words.innerHTML);
}

// Plain ground: land, districts and well-known places, enough to find one's way without a basemap.
let outline;
export function readOutline() {
  outline ??= fetch(settings.outline).then((response) => {
    if (!response.ok) throw new Error(response.status);
    return response.json();
  });
  return outline;
}

async function drawGround(map) {
  // Pins may be drawn before the outline is there.
  let pins = [];
  let tidy = () => {};
  map.on("pinsdrawn", ({ boxes }) => {
    pins = boxes;
    tidy();
  });
  const found = await readOutline().catch(() => null);
  if (!found) return;
  map.createPane("ground").style.zIndex = 210;
  const renderer = L.svg({ pane: "ground", padding: 0.5 });
  const draw = (geometry, className) =>
    L.geoJSON(geometry, { interactive: false, style: { renderer, className, fillOpacity: 1 } }).addTo(map);
  draw(found.boundary, "ground-land");
  // Neighbours differ a little, so that the districts can be told apart; the tints mean nothing else.
  found.districts.forEach(({ boundary }, i) => draw(boundary, `ground-district ground-tint-${i % 3}`));
  await breath();
  const labels = labelGround(map, found);
  tidy = () => tidyLabels(map, labels, pins);
  map.on("zoomend", () => tidyLabels(map, labels, []));
  tidy();
}

function labelGround(map, { districts, landmarks }) {
  map.createPane("labels").style.zIndex = 390;
  const labels = landmarks.map(({ name, lat, lon }) => addLabel(map, name, [lat, lon], "landmark", 13, 19));
  for (const { name, boundary } of districts) {
    labels.push(addLabel(map, name, L.geoJSON(boundary).getBounds().getCenter(), "district", 11, 15));
  }
  return labels;
}

function addLabel(map, name, at, kind, from, to) {
  const words = document.createElement("span");
  words.textContent = name;
  const icon = L.divIcon({ className: `ground-label ground-label-${kind}`, html: words, iconSize: [0, 0] });
  const marker = L.marker(at, { icon, interactive: false, keyboard: false, pane: "labels" }).addTo(map);
  return { marker, from, to, sides: kind === "district" ? [-0.5] : [0, -1], element: marker.getElement(), words };
}

// A name is shown where it fits: right or left of its place, on no pin and on no other name. The city's own order of
// places decides who comes first, districts come last.
function tidyLabels(map, labels, pins) {
  const zoom = map.getZoom();
  const taken = [...pins];
  // All are measured before any is changed: the browser then works out its layout once.
  for (const label of labels) label.width ??= label.words.offsetWidth;
  for (const label of labels) {
    const due = zoom >= label.from && zoom <= label.to;
    label.element.classList.toggle("ground-label-off", !due);
    if (!due) continue;
    const at = map.latLngToLayerPoint(label.marker.getLatLng());
    const boxes = label.sides.map((side) => labelBox(at, label.width, side));
    const free = boxes.findIndex((box) => !taken.some((other) => overlap(box, other)));
    label.element.classList.toggle("ground-label-quiet", free < 0);
    label.element.classList.toggle("ground-label-turned", free === 1);
    if (free >= 0) taken.push(boxes[free]);
  }
}

function labelBox(at, width, side) {
  const left = at.x + width * side + (side === 0 ? 8 : side === -1 ? -8 : 0);
  return { left: left - 3, right: left + width + 3, top: at.y - 9, bottom: at.y + 9 };
}

function overlap(a, b) {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}
