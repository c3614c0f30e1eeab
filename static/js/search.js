// Search as a combobox: works without a connection over well-known places, districts and the names of published places;
// addresses come from the server where the city has a service for them.

import { fill, number, settings } from "./ground.js";
import { metres } from "./geometry.js";
import { fold, rank } from "./matching.js";
import { known, learnPlaces } from "./place.js";
import { goTo, mapCentre } from "./where.js";
import { say, saySoon, texts } from "./wording.js";

const MOST = 7;
const PAUSE = 700;
// Two places of one name that are nearer to each other are one, in metres.
const SAME = 200;
const LEAST_FOR_ADDRESSES = 3;

const input = document.getElementById("search");
const list = document.getElementById("search-list");
const line = document.getElementById("search-said");
let places = [];
let named = null;
let shown = [];
let active = -1;
let pause;
let asked;

export function startSearch() {
  input.addEventListener("focus", learn);
  input.addEventListener("input", find);
  input.addEventListener("keydown", press);
  input.addEventListener("blur", close);
  // The finger must not take the focus away before it has chosen.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(Number(option.dataset.index));
  });
  if (document.activeElement === input) learn();
}

// Names come when somebody wants to search, once; until then, and without them, the rest is found.
async function learn() {
  await learnPlaces();
  const own = listed().map(withFolded);
  places = own;
  refresh();
  if (!settings.names) return;
  named ??= await fetchNames();
  const others = (named ?? []).map(([name, lat, lon]) => ({ name, lat, lon, sort: "named", detail: texts.isNamed }));
  places = [...own, ...others.map(withFolded)].filter(isFirst);
  refresh();
}

function listed() {
  return [
    ...known.landmarks.map((place) => ({ ...place, sort: "landmark", detail: texts.isLandmark })),
    ...known.districts.map((place) => ({ ...place, sort: "district", detail: texts.isDistrict, ...inner(place) })),
  ];
}

// Somebody may have typed before there was anything to find.
function refresh() {
  const waiting = !list.hidden || !shown.length;
  if (waiting && input.value.trim() && document.activeElement === input) find();
}

const withFolded = (place) => ({ ...place, folded: fold(place.name) });

// What people call a place is often what the city calls it.
function isFirst(place, index, all) {
  const same = ({ folded, lat, lon }) => folded.startsWith(place.folded) && metres({ lat, lng: lon }, place) < SAME;
  return place.sort !== "named" || !all.slice(0, index).some(same);
}

async function fetchNames() {
  try {
    const answer = await fetch(settings.names);
    return answer.ok ? (await answer.json()).places : null;
  } catch {
    return null;
  }
}

function inner({ point, boundary }) {
  if (point) return { lat: point[0], lon: point[1] };
  const { lat, lng } = window.L.geoJSON(boundary).getBounds().getCenter();
  return { lat, lon: lng };
}

function find() {
  clearTimeout(pause);
  asked?.abort();
  const typed = input.value.trim();
  const centre = mapCentre();
  show(rank(typed, places, (place) => metres(centre, place), MOST));
  if (!typed) return close();
  // Not every service may be asked while somebody types; Enter asks each of them.
  const asks = settings.addresses && settings.addressesWhileTyping && typed.length >= LEAST_FOR_ADDRESSES;
  if (asks) pause = setTimeout(findAddresses, PAUSE);
  if (shown.length || !asks) tellCount();
}

function tellCount() {
  const missing = settings.addresses && !settings.addressesWhileTyping ? texts.enterForAddresses : texts.foundNothing;
  saySoon(line, foundOr(missing), 400);
}

function foundOr(missing) {
  return shown.length ? fill(texts.found, { number: number.format(shown.length) }) : missing;
}

async function findAddresses() {
  clearTimeout(pause);
  asked?.abort();
  const mine = (asked = new AbortController());
  const typed = input.value.trim();
  if (!shown.length) saySoon(line, texts.asking, 0);
  try {
    const address = new URL(settings.addresses, location);
    address.searchParams.set("q", typed);
    const answer = await fetch(address, { signal: mine.signal });
    if (!answer.ok) throw new Error(answer.status);
    const { addresses, source } = await answer.json();
    const found = addresses.map((one) => ({ ...one, sort: "address", detail: one.detail || texts.isAddress }));
    if (document.activeElement === input) show([...shown.filter(({ sort }) => sort !== "address"), ...found].slice(0, MOST + 5));
    const said = foundOr(texts.foundNothing);
    // Whoever lends addresses asks to be named with them.
    saySoon(line, found.length && source ? `${said} · ${source}` : said, 0);
  } catch {
    if (!mine.signal.aborted) saySoon(line, texts.askingFailed, 0);
  }
}

function show(found) {
  shown = found;
  list.replaceChildren(...found.map(option));
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  point(-1);
}

function option({ name, detail, sort }, index) {
  const row = document.createElement("li");
  row.id = `search-${index}`;
  row.dataset.index = index;
  row.className = `search-option search-${sort}`;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", "false");
  const words = document.createElement("span");
  words.textContent = name;
  const small = document.createElement("small");
  small.textContent = detail;
  row.append(words, " ", small);
  return row;
}

function point(index) {
  active = index;
  [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === index)));
  if (index < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", `search-${index}`);
  list.children[index]?.scrollIntoView({ block: "nearest" });
}

function press(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    if (list.hidden) find();
    // One row beyond each end is the field itself.
    const rows = shown.length + 1;
    if (shown.length) point(((active + 1 + steps[event.key] + rows) % rows) - 1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    event.stopPropagation();
    if (active >= 0) choose(active);
    else if (settings.addresses && input.value.trim() && !shown.some(({ sort }) => sort === "address")) findAddresses();
    else if (shown.length) choose(0);
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
}

function choose(index) {
  const found = shown[index];
  input.value = found.name;
  close();
  clearTimeout(line.waiting);
  say(line, "");
  goTo(found);
  // On a phone the keyboard would cover the map.
  if (matchMedia("(pointer: coarse)").matches) input.blur();
}

function close() {
  clearTimeout(pause);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  point(-1);
}
