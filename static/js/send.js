// Sending: by a request of our own, so that a connection that dies leaves everything where it is. What the server refuses
// is shown in place.

import { hideErrors, mark, showErrors } from "./checks.js";
import { forgetDraft, save } from "./draft.js";
import { say, texts } from "./wording.js";

const PATIENCE = 180_000;
const PROOF_PATIENCE = 20_000;
// A form that comes back faster is taken for a robot's.
const SLOWEST_ROBOT = 3200;
const opened = performance.now();
const FRESH = 25 * 60_000;
// What the next try takes over from the page of a refused one.
const TAKEN_OVER = ["csrf_token", "idempotency_key"];

const form = document.getElementById("add-form");
const button = form.querySelector("[type=submit]");
const state = document.getElementById("send-state");
const failed = document.getElementById("send-failed");
let proof = null;
let busy = false;

// Begins while somebody still writes; without it the entry goes all the same.
export function beginProof() {
  if (!form.dataset.challenge) return;
  proof = { since: Date.now(), ready: solve().catch(() => ""), done: false };
  const mine = proof;
  mine.ready.then(() => (mine.done = true));
}

async function solve() {
  const answer = await fetch(form.dataset.challenge, { headers: { Accept: "application/json" } });
  if (!answer.ok) return "";
  const challenge = await answer.json();
  const worker = new Worker(new URL("./proof.js", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = () => resolve("");
    worker.postMessage(challenge);
  }).finally(() => worker.terminate());
}

async function proofInTime() {
  if (!form.dataset.challenge) return;
  await new Promise((resolve) => setTimeout(resolve, opened + SLOWEST_ROBOT - performance.now()));
  if (!proof || Date.now() - proof.since > FRESH) beginProof();
  if (!proof.done) say(state, texts.proving);
  const late = new Promise((resolve) => {
    setTimeout(resolve, PROOF_PATIENCE, "");
    // Without a connection there is no proof to come; what is to be said then is another thing.
    addEventListener("offline", () => resolve(""), { once: true });
    if (!navigator.onLine) resolve("");
  });
  form.elements.proof.value = await Promise.race([proof.ready, late]);
  // One proof is good for one try.
  proof = null;
}

// `ready` is what still has to end before, such as a photo that is being prepared.
export async function send(ready) {
  if (busy) return;
  busy = true;
  button.setAttribute("aria-disabled", "true");
  failed.hidden = true;
  hideErrors();
  save();
  try {
    await ready;
    await proofInTime();
    say(state, texts.sending);
    let answer = await post();
    // A form that was open for long may have lost its token, but not what is in it.
    if (answer.status === 400 && (await renew())) answer = await post();
    if (answer.redirected && answer.ok) return leaveFor(answer.url);
    await showRefusal(answer);
  } catch {
    fail(texts.notSent);
  }
  wake();
}

function wake() {
  busy = false;
  button.removeAttribute("aria-disabled");
}

function post() {
  const options = { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } };
  return fetch(form.action, { ...options, signal: AbortSignal.timeout(PATIENCE) });
}

async function renew() {
  const answer = await fetch(form.action, { signal: AbortSignal.timeout(PATIENCE) });
  const told = parse(await answer.text()).getElementById("add-form");
  if (told) takeValues(told, ["csrf_token"]);
  return Boolean(told);
}

function leaveFor(address) {
  forgetDraft({ forGood: true });
  say(state, texts.sent);
  // Nothing more is sent from here, unless somebody comes back to this page.
  addEventListener("pageshow", wake, { once: true });
  location.assign(address);
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

function takeValues(told, names) {
  for (const name of names) {
    if (told.elements[name] && form.elements[name]) form.elements[name].value = told.elements[name].value;
  }
}

async function showRefusal(answer) {
  if (answer.status >= 500) return fail(texts.notSent);
  const page = parse(await answer.text());
  say(state, "");
  beginProof();
  if (page.getElementById("add-form")) takeOver(page);
  else explain(page);
}

// The same form with messages: only these and what the next try needs are taken over; what was typed stays.
function takeOver(page) {
  document.title = page.title;
  const told = page.getElementById("add-form");
  takeValues(told, TAKEN_OVER);
  for (const part of form.querySelectorAll("[data-field]")) {
    const line = told.querySelector(`[data-field="${part.dataset.field}"] .error`);
    if (line && part.querySelector(".error")) mark(part, line.hidden ? "" : line.textContent);
  }
  if (form.querySelector("#photo-field.field-wrong")) import("./photo.js").then(({ refused }) => refused());
  save();
  showErrors(...[...page.getElementById("errors").children].map((child) => document.importNode(child, true)));
}

// Any other page says in its heading and its sentences what is wrong.
function explain(page) {
  const title = document.createElement("h2");
  title.textContent = page.querySelector("main h1")?.textContent ?? texts.refused;
  const sentences = [...page.querySelectorAll("main p:not(.buttons, .small)")].map(({ textContent }) => textContent.trim());
  const lines = [...sentences.filter(Boolean).slice(0, 4), texts.refused].map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  });
  showErrors(title, ...lines);
  // A program may have filled in what people do not see: now they can empty it.
  const trap = form.querySelector(".leave-empty");
  if (form.elements.website?.value) {
    trap.classList.remove("leave-empty");
    trap.removeAttribute("aria-hidden");
    form.elements.website.removeAttribute("tabindex");
  }
}

function fail(text) {
  say(state, "");
  failed.textContent = text;
  failed.hidden = false;
  failed.scrollIntoView({ block: "nearest" });
  beginProof();
}

addEventListener("online", () => {
  if (!failed.hidden) failed.textContent = texts.online;
});
