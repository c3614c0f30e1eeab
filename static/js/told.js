// A point in words: how far and in which direction from the nearest well-known place, in which district, whether inside.

import { fill, number, settings } from "./ground.js";
import { holds, nearest } from "./geometry.js";
import { texts } from "./wording.js";

const AT = 15;
const NEAR = 1500;
const DIRECTIONS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
const asked = new Map();

export function isOutside(at, { boundary }) {
  return Boolean(boundary) && !holds(boundary, at);
}

// One sentence for each thing that can be said.
export function sentences(at, { landmarks, districts }) {
  const inside = districts.find(({ boundary }) => holds(boundary, at));
  const said = [fromLandmark(at, nearest(at, landmarks)), inside && fill(texts.inDistrict, { district: inside.name })];
  const found = said.filter(Boolean);
  return found.length ? found : [texts.onTheMap];
}

function fromLandmark(at, near) {
  if (!near || near.away > NEAR) return "";
  if (near.away < AT) return fill(texts.at, { landmark: near.place.name });
  const words = texts[direction(near.place, at)];
  return fill(words, { landmark: near.place.name, metres: number.format(Math.round(near.away / 10) * 10) });
}

function direction({ lat, lon }, at) {
  const east = (at.lng - lon) * Math.cos((lat * Math.PI) / 180);
  const turn = Math.atan2(east, at.lat - lat) / (Math.PI / 4);
  return DIRECTIONS[(Math.round(turn) + 8) % 8];
}

// The partner city that holds the point, or null; its outline is asked for only when the point lies in its box.
export async function partnerAt(at) {
  for (const partner of settings.partners ?? []) {
    const [west, south, east, north] = partner.box;
    if (at.lat < south || at.lat > north || at.lng < west || at.lng > east) continue;
    const outline = await outlineOf(partner).catch(() => null);
    if (outline && holds(outline.boundary, at)) return partner;
  }
  return null;
}

function outlineOf({ outline }) {
  if (!asked.has(outline)) {
    const answered = fetch(outline).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))));
    answered.catch(() => asked.delete(outline));
    asked.set(outline, answered);
  }
  return asked.get(outline);
}
