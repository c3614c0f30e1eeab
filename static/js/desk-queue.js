// The desk: single keys, the focus after each step, taking back for a moment, and the map beside the entry. Steps are
// links and forms that work without this file; htmx puts what has changed into the page.

import { showNeighbours } from "./desk-neighbours.js";
import { offerBoxes } from "./redact.js";

const frame = document.getElementById("queue");
const live = document.getElementById("queue-live");
const help = document.getElementById("keys");
const switched = document.getElementById("keys-on");
const KEPT = "desk-keys";
// What may happen while the reasons for a rejection are open; anything else is a slip.
const BESIDE_REASONS = ["j", "k", "r"];

let busy = false;
let fading;

begin();
try {
  switched.checked = localStorage.getItem(KEPT) !== "off";
} catch {
  // A browser that keeps nothing has the keys on.
}
switched.addEventListener("change", () => {
  try {
    localStorage.setItem(KEPT, switched.checked ? "on" : "off");
  } catch {
    // It holds for this page then.
  }
});
frame.addEventListener("click", ({ target }) => target.closest("#keys-open") && help.showModal());
document.getElementById("keys-close").addEventListener("click", () => help.close());

// What only works with a script, before the first picture of it, so that nothing jumps.
function reveal() {
  for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
}

// After each step, and at the start: what only works with a script, the map, and the ten seconds for taking back.
function begin() {
  reveal();
  showNeighbours();
  offerBoxes();
  clearTimeout(fading);
  const undo = frame.querySelector(".queue-undo");
  if (undo) fading = setTimeout(() => undo.remove(), Number(undo.dataset.seconds) * 1000);
  frame.querySelector("[data-choose-all]")?.addEventListener("change", ({ target }) => {
    for (const box of frame.querySelectorAll('input[name="chosen"]')) box.checked = target.checked;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
  const leaves = event.key === "Escape" && frame.querySelector('[data-key="Escape"]');
  if (!switched.checked || (isTyping(event.target) && !leaves)) return;
  const reasons = frame.querySelector("details[data-reasons][open]");
  if (event.key === "Escape" && reasons) return close(reasons);
  if (event.key === "?") {
    event.preventDefault();
    return help.showModal();
  }
  const key = event.key.toLowerCase();
  const target = reasons?.querySelector(`[data-reason-key="${CSS.escape(key)}"]`) ?? (leaves || meant(key, reasons));
  if (!target) return;
  event.preventDefault();
  // A key that is held down, or pressed before the next entry is there, must not decide on what nobody has read.
  if (busy || event.repeat) return;
  target.click();
  if (target.matches("[data-reason-key]")) target.form.requestSubmit();
  if (target.tagName === "SUMMARY") open(target.parentElement);
});

function meant(key, reasons) {
  if (!/^[a-z]$/.test(key) || (reasons && !BESIDE_REASONS.includes(key))) return null;
  return frame.querySelector(`[data-key="${key}"]`);
}

function wait(on) {
  busy = on;
  if (on) frame.setAttribute("aria-busy", "true");
  else frame.removeAttribute("aria-busy");
}

function isTyping(target) {
  return target.matches("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
}

// The reasons are below what was sent: whoever opens them shall see them.
frame.addEventListener(
  "toggle",
  ({ target }) => target.matches("[data-reasons][open]") && target.scrollIntoView({ block: "nearest" }),
  true,
);

function open(details) {
  if (details.open) details.querySelector("[data-reason-key]").focus();
}

function close(details) {
  details.open = false;
  details.querySelector("summary").focus();
}

// A tool begins with its first field, or with what is filled in already; the map for its point stays in view.
function takeUp(tool) {
  const chosen = tool.querySelector("form[data-chosen]");
  if (chosen) chosen.scrollIntoView({ block: "nearest" });
  else if (tool.dataset.tool !== "point") tool.scrollIntoView({ block: "start" });
  const first = chosen?.querySelector("button") ?? tool.querySelector('details[open] :is(input:not([type="hidden"]), select, form summary)');
  first?.focus({ preventScroll: true });
}

frame.addEventListener("htmx:beforeRequest", () => wait(true));
// The second click of a double one would decide on the next entry, which has come under it meanwhile.
frame.addEventListener("click", (event) => event.detail > 1 && event.target.closest(".queue-decide") && event.preventDefault(), true);
frame.addEventListener("htmx:beforeSwap", (event) => {
  // Some steps lead to another page, and so does being signed out meanwhile.
  const { isError, serverResponse, xhr } = event.detail;
  if (!isError && !serverResponse.includes('id="queue-changes"')) {
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
  }
});
frame.addEventListener("htmx:afterSwap", reveal);
frame.addEventListener("htmx:afterSettle", () => {
  wait(false);
  begin();
  const said = [...frame.querySelectorAll(".queue-said .flash, .queue-card [role=alert] strong")];
  live.textContent = said.map((one) => one.textContent.trim()).join(" ");
  frame.querySelector(".queue-entry").scrollTop = 0;
  // On a phone the list is below the entry: it is the page that would scroll down to the row.
  frame.querySelector(".queue-row-open")?.scrollIntoView({ block: "nearest" });
  window.scrollTo(0, 0);
  const tool = frame.querySelector(".queue-tool");
  if (tool) return takeUp(tool);
  const title = document.getElementById("entry-title") ?? frame.querySelector(".queue-entry h2");
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:swapError"]) {
  frame.addEventListener(failure, () => {
    wait(false);
    live.textContent = frame.dataset.failed;
    live.classList.remove("visually-hidden");
  });
}
