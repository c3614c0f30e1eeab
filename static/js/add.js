// The form in two steps, with what lies between them. Without this file it is one page, and the server checks alone.

import { checkAnswers, summarise } from "./checks.js";
import * as draft from "./draft.js";
import { painted } from "./ground.js";
import { chosenPoint, chosenText, checkWhere, nearHome } from "./place.js";
import { beginProof, send } from "./send.js";
import { clearWhere, showFields, startWhere } from "./where.js";
import { texts } from "./wording.js";

const form = document.getElementById("add-form");
const errors = document.getElementById("errors");
const [WHERE, NEAR, WHAT] = [1, 2, 3];
const steps = new Map([
  [WHERE, document.getElementById("step-where")],
  [NEAR, document.getElementById("step-near")],
  [WHAT, document.getElementById("step-what")],
]);
const element = (id) => document.getElementById(id);
// What still has to end before anything can be sent.
let photoReady = null;

document.body.dataset.started = "true";
document.body.classList.add("stepped");
const refused = !errors.hidden;
const kept = refused ? null : draft.keptDraft();
if (refused) openRefused();
else if (!kept) begin();
else if (comesBack()) {
  showStep(kept.step);
  whenRestored(() => resume(kept));
} else {
  const offered = import("./offer.js").then(({ offerDraft }) => offerDraft(kept, { goOn: resume, startAnew }));
  offered.catch(() => resume(kept));
}
// Whoever touches anything is about to write; whoever only looks keeps the battery.
const touched = new AbortController();
for (const event of ["pointerdown", "keydown"]) addEventListener(event, beginOnce, { passive: true, signal: touched.signal });

function beginOnce() {
  touched.abort();
  beginProof();
}

// The map needs its room on the screen when it starts, whichever step is opened then.
function start() {
  showStep(WHERE);
  draft.startKeeping();
  return startWhere().then(tellPlace);
}

function begin() {
  const further = history.state?.step === WHAT ? () => whenRestored(openAsLeft) : isAbout() ? openWhat : null;
  if (further) {
    start();
    further();
  } else {
    showStep(WHERE);
    painted().then(start);
  }
}

// Back, reload, or the same form in another language: no question is needed, it simply is all there.
function comesBack() {
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  if (type === "reload" || type === "back_forward") return true;
  if (!document.referrer.startsWith(location.origin)) return false;
  const from = new URL(document.referrer);
  const asked = ({ pathname, search }) => pathname.replace(/^\/\w+/, "") + new URLSearchParams(search).get("kind");
  return asked(from) === asked(location) && from.pathname !== location.pathname;
}

async function resume(kept) {
  draft.restore(kept);
  const placesKnown = start();
  photoReady = showPhoto(kept).catch(() => null);
  if (kept.step === WHAT) openWhat();
  steps.get(kept.step).querySelector("h2").focus({ preventScroll: true });
  await placesKnown;
  if (checkWhere() && kept.step === WHAT) showStep(WHERE);
}

async function showPhoto(kept) {
  const photo = await draft.photoOf(kept);
  if (photo) (await import("./photo.js")).takeBack(photo);
}

function startAnew() {
  draft.forgetDraft();
  begin();
  steps.get(isAbout() ? WHAT : WHERE).querySelector("h2").focus();
}

function isAbout() {
  return Boolean(element("about-line"));
}

// Step two is an entry of the history, so that "back" leads to step one and everything stays.
element("to-what").addEventListener("click", goOn);
element("skip-where")?.addEventListener("click", ({ currentTarget }) => {
  clearWhere();
  const scope = form.querySelector(`[name=idea_scope][value="${currentTarget.dataset.scope}"]`);
  if (scope && !form.querySelector("[name=idea_scope]:checked")) scope.checked = true;
  forward(WHAT);
});
for (const id of ["to-where", "near-back"]) element(id).addEventListener("click", () => history.back());
for (const id of ["near-on", "near-more"]) element(id).addEventListener("click", passNear);
element("near-done").addEventListener("click", () => draft.forgetDraft({ forGood: true }));
addEventListener("popstate", ({ state }) => {
  const step = state?.step ?? WHERE;
  showStep(step === NEAR && !element("near-list").children.length ? WHERE : step, true);
});

async function goOn() {
  if (checkWhere({ asked: true }) || element("to-what").getAttribute("aria-disabled")) return;
  const at = chosenPoint();
  // A home is nobody's business before it is snapped, not even in the server's record of addresses.
  if (!at || nearHome.checked) return forward(WHAT);
  element("to-what").setAttribute("aria-disabled", "true");
  const found = await import("./nearby.js").then(({ lookAround }) => lookAround(at), () => false);
  element("to-what").removeAttribute("aria-disabled");
  forward(found ? NEAR : WHAT);
}

function passNear() {
  history.replaceState({ step: WHAT }, "");
  showStep(WHAT, true);
}

function forward(step) {
  history.pushState({ step }, "");
  showStep(step, true);
}

// With the first step behind it, as if one had come from there.
function openWhat() {
  if (history.state?.step !== WHAT) {
    history.replaceState({ step: WHERE }, "");
    history.pushState({ step: WHAT }, "");
  }
  showStep(WHAT);
}

function showStep(step, focus = false) {
  for (const [number, part] of steps) {
    part.hidden = number === NEAR && step !== NEAR;
    part.classList.toggle("step-away", number !== step);
  }
  document.body.classList.toggle("at-where", step === WHERE);
  // What is to be mended in the second step is of no use in the first.
  const links = [...errors.querySelectorAll("a")];
  const elsewhere = step !== WHAT && links.length && links.every(({ hash }) => stepOf(hash) === WHAT);
  errors.classList.toggle("step-away", Boolean(elsewhere));
  if (step === WHAT) tellPlace();
  draft.atStep(step === NEAR ? WHERE : step);
  if (!focus) return;
  scrollTo(0, 0);
  steps.get(step).querySelector("h2").focus({ preventScroll: true });
}

function tellPlace() {
  element("where-chosen").textContent = chosenText();
}
form.addEventListener("placed", tellPlace);

// After a refusal the page comes back with messages: open the step that has the first one.
function openRefused() {
  start();
  const first = errors.querySelector("a");
  if (!first || stepOf(first.hash) === WHAT) openWhat();
  errors.focus();
}

function whenRestored(then) {
  if (document.readyState === "complete") then();
  else addEventListener("load", () => setTimeout(then), { once: true });
}

// After "back" from the receipt the browser has filled the form as it was left: go on there.
function openAsLeft() {
  showFields();
  if (checkWhere()) return;
  showStep(WHAT);
  // The page may be a fresh one from the server, with a new key; what is sent again must be known as the same.
  if (history.state.key) form.elements.idempotency_key.value = history.state.key;
}

function stepOf(hash) {
  return steps.get(WHERE).contains(document.getElementById(hash.slice(1))) ? WHERE : WHAT;
}

// A link in the summary leads to its field, in whichever step that is and however it is folded.
errors.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link?.hash) return;
  event.preventDefault();
  const field = document.getElementById(link.hash.slice(1));
  if (stepOf(link.hash) === WHERE && !document.body.classList.contains("at-where")) {
    addEventListener("popstate", () => reach(field), { once: true });
    history.back();
  } else reach(field);
});

function reach(field) {
  for (let box = field?.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  const seen = field?.checkVisibility() ? field : document.querySelector(".ways button");
  seen.focus();
}

// In the first step Enter means "continue", never "send".
steps.get(WHERE).addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input, select")) return;
  event.preventDefault();
  goOn();
});

form.addEventListener(
  "submit",
  (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const problems = checkAnswers();
    if (problems.length) return summarise(problems);
    history.replaceState({ step: WHAT, key: form.elements.idempotency_key.value }, "");
    send(photoReady);
  },
  true,
);

// Parts that not everybody needs come when they are needed.
let searches = null;
form.addEventListener("way", ({ detail }) => {
  if (detail !== "search") return;
  searches ??= import("./search.js").then(({ startSearch }) => startSearch()).catch(() => (searches = null));
  element("search").focus();
});
for (const id of ["photo", "photo-camera"]) {
  element(id)?.addEventListener("change", ({ currentTarget }) => {
    const [file] = currentTarget.files;
    if (file) photoReady = import("./photo.js").then(({ take }) => take(file)).catch(() => null);
  });
}
element("about-drop")?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const name of ["about_place", "about_submission"]) if (form.elements[name]) form.elements[name].value = "";
  element("about-line").remove();
  element("what-title").focus();
});

draft.onKept((is) => {
  element("draft-said").textContent = is ? texts.kept : "";
  element("draft-drop").hidden = !is;
});
element("draft-drop").addEventListener("click", () => element("draft-ask").showModal());
element("draft-ask").addEventListener("close", ({ currentTarget }) => {
  if (currentTarget.returnValue !== "away") return;
  draft.forgetDraft({ forGood: true });
  location.assign(form.action);
});
