// The place as the form holds it: what was chosen, what that is in words, what is wrong with it, the circle near a home.

import { fill, readOutline } from "./ground.js";
import { isOutside, partnerAt, sentences } from "./told.js";
import { say, saySoon, texts } from "./wording.js";

const L = window.L;
// How far a published point can be from a home, in metres, and the zoom from which on that circle is seen well.
const HOME_RADIUS = 107;
const HOME_ZOOM = 15;

const form = document.getElementById("add-form");
export const { lat, lon, landmark, district, place_words: words, near_home: nearHome } = form.elements;
const line = document.getElementById("where-said");
const wrong = document.getElementById("where-wrong");
const partnerLine = document.getElementById("where-partner");
export let known = { boundary: null, districts: [], landmarks: [] };
let home;

export async function learnPlaces() {
  known = await readOutline().catch(() => known);
}

export function point() {
  const [y, x] = [lat, lon].map((field) => (field.value.trim() ? Number(field.value.replace(",", ".")) : NaN));
  return Math.abs(y) <= 90 && Math.abs(x) <= 180 ? L.latLng(y, x) : null;
}

export function chosenLandmark() {
  return known.landmarks.find(({ code }) => code === landmark.value);
}

export function chosenPoint() {
  const listed = chosenLandmark();
  return point() ?? (listed ? L.latLng(listed.lat, listed.lon) : null);
}

// What is said in one way replaces what was said in another.
export function setPlace({ at = null, code = "", area = "" }) {
  lat.value = at ? at.lat.toFixed(6) : "";
  lon.value = at ? at.lng.toFixed(6) : "";
  landmark.value = code;
  district.value = area;
}

// Says what lies under the sign: for everybody, and for screen readers the only way to know.
export function show(map) {
  const at = chosenPoint();
  const outside = Boolean(at) && isOutside(at, known);
  say(wrong, outside ? texts.outside : "");
  saySoon(line, at && !outside ? sentences(at, known).join(" · ") : districtSaid());
  partnerLine.hidden = true;
  if (outside) offerPartner(at);
  drawHome(map, outside ? null : at);
  form.dispatchEvent(new Event("placed"));
}

function districtSaid() {
  return !point() && !landmark.value && district.value && document.body.dataset.placeBy === "search"
    ? [fill(texts.inDistrict, { district: districtName() }), texts.wholeDistrict].join(" · ")
    : "";
}

function districtName() {
  return district.value ? district.options[district.selectedIndex].text : "";
}

async function offerPartner(at) {
  const partner = await partnerAt(at);
  const still = chosenPoint();
  if (!partner || !still || !still.equals(at)) return;
  say(wrong, fill(texts.inPartner, { city: partner.name }));
  const address = new URL(partner.add, location);
  address.searchParams.set("kind", form.elements.kind.value);
  address.searchParams.set("lat", at.lat.toFixed(6));
  address.searchParams.set("lon", at.lng.toFixed(6));
  const link = partnerLine.querySelector("a");
  link.href = address.href;
  link.textContent = fill(texts.toPartner, { city: partner.name });
  partnerLine.hidden = false;
}

function drawHome(map, at) {
  home?.remove();
  home = null;
  const shown = nearHome.checked && Boolean(at);
  document.querySelector(".near-circle").hidden = !shown;
  if (shown) home = L.circle(at, { radius: HOME_RADIUS, className: "home-circle", interactive: false }).addTo(map);
}

// The whole circle is to be seen, and large enough to be understood.
export function zoomToHome(map) {
  const at = nearHome.checked && chosenPoint();
  if (!at) return;
  const whole = map.getBoundsZoom(at.toBounds(2.3 * HOME_RADIUS));
  map.setView(at, Math.min(Math.max(map.getZoom(), HOME_ZOOM), whole), { animate: false });
}

export const isElsewhere = (at) => isOutside(at, known);
export const isRefused = () => Boolean(wrong.textContent);

// What is wrong with the place, or nothing. Who is `asked` right now cannot leave it open: another button does that.
export function checkWhere({ asked = false } = {}) {
  const at = chosenPoint();
  const byMap = document.body.dataset.placeBy === "map";
  let text = "";
  if (!at && (lat.value.trim() || lon.value.trim())) text = texts.notAPoint;
  else if (at && isOutside(at, known)) text = wrong.textContent || texts.outside;
  else if (at || district.value || words.value.trim()) text = "";
  else if (asked || "needsPlace" in form.dataset) text = byMap ? texts.untouched : texts.noPlace;
  say(wrong, text);
  return text;
}

export function chosenText() {
  const at = chosenPoint();
  if (at) return sentences(at, known).join(" · ");
  return words.value.trim() || districtName() || texts.withoutPlace;
}
