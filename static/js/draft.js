// What somebody has written and not sent yet is kept on the device, per city and kind: a closed tab, a reload or a dead
// connection loses nothing. It is forgotten when it was sent, when somebody throws it away, or after two weeks.

import { leisure } from "./ground.js";
import { forget, forgetPhoto, keep, keepPhoto, keptKeys, photoKeys, recall, recallPhoto } from "./device.js";

const PREFIX = "draft:";
const DAYS = 14;
const PAUSE = 300;
// Made for this page, not by the person.
const NOT_KEPT = ["csrf_token", "kind", "opened", "proof", "website", "photo", "kept_photo", "drop_photo"];

const form = document.getElementById("add-form");
const { kind, about_place: place, about_submission: submission } = form.elements;
const slot = PREFIX + [form.dataset.city, kind.value, place?.value, submission?.value].filter(Boolean).join(":");
const listeners = [];
let timer;
let closed = true;
let step = 1;

// Calls back with true when something is kept, with false when nothing is.
export function onKept(listener) {
  listeners.push(listener);
}

const tell = (kept) => listeners.forEach((listener) => listener(kept));

// The draft from before: {at, step, key, values, photo}, or null.
export function keptDraft() {
  try {
    const draft = JSON.parse(recall(slot));
    return draft && isFresh(draft) ? draft : null;
  } catch {
    return null;
  }
}

function isFresh({ at }) {
  return Date.now() - at < DAYS * 24 * 3600 * 1000;
}

export function startKeeping() {
  closed = false;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  for (const event of ["input", "change", "placed"]) form.addEventListener(event, soon);
  // The last words count too: a phone ends a page in the background without asking.
  addEventListener("pagehide", save);
  addEventListener("pageshow", () => (closed = false));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
  leisure().then(tidy);
}

export function atStep(number) {
  step = number;
  if (keptDraft()) save();
}

export function save() {
  clearTimeout(timer);
  if (closed || !(keptDraft() || isTouched())) return;
  const draft = { at: Date.now(), step, key: form.elements.idempotency_key.value, values: values() };
  draft.photo = Boolean(form.elements.photo?.files.length);
  tell(keep(slot, JSON.stringify(draft)));
}

function controls() {
  return [...form.elements].filter(({ name, type }) => name && type !== "hidden" && !NOT_KEPT.includes(name));
}

function isTouched() {
  return Boolean(form.elements.photo?.files.length) || controls().some(differs);
}

function differs(control) {
  if (/checkbox|radio/.test(control.type)) return control.checked !== control.defaultChecked;
  if (control.options) {
    const usual = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
    return !usual.selected;
  }
  return control.value !== control.defaultValue;
}

function values() {
  const found = {};
  for (const control of controls()) {
    found[control.name] ??= [];
    if (!/checkbox|radio/.test(control.type) || control.checked) found[control.name].push(control.value);
  }
  return found;
}

// Fills the form as it was; the key stays the same, so that nothing is stored twice.
export function restore(draft) {
  for (const control of controls()) {
    const kept = draft.values[control.name];
    if (!kept) continue;
    if (/checkbox|radio/.test(control.type)) control.checked = kept.includes(control.value);
    else control.value = kept[0] ?? "";
    if (control.value && control.closest("details") && differs(control)) control.closest("details").open = true;
  }
  if (draft.key) form.elements.idempotency_key.value = draft.key;
  step = draft.step;
  for (const area of form.querySelectorAll("textarea")) area.dispatchEvent(new Event("input", { bubbles: true }));
  tell(true);
}

export async function photoOf(draft) {
  return draft.photo ? recallPhoto(slot) : null;
}

export function photoChanged(file) {
  if (file) keepPhoto(slot, file);
  else forgetPhoto(slot);
  save();
}

// Sent or thrown away. Nothing is kept from here on, unless the page lives on.
export function forgetDraft({ forGood = false } = {}) {
  clearTimeout(timer);
  closed = forGood;
  forget(slot);
  forgetPhoto(slot);
  tell(false);
}

async function tidy() {
  for (const key of keptKeys(PREFIX)) {
    try {
      if (!isFresh(JSON.parse(recall(key)))) forget(key);
    } catch {
      forget(key);
    }
  }
  const drafts = keptKeys(PREFIX);
  for (const key of await photoKeys()) if (!drafts.includes(key)) forgetPhoto(key);
}
