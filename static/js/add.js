// The form in two steps, with checks before sending. Without this file it is one page, and the server checks alone.

import { fill, number, texts } from "./ground.js";
import { chosenText, checkWhere, clearWhere, showFields, startWhere } from "./where.js";

const form = document.getElementById("add-form");
const errors = document.getElementById("errors");
const WHERE = 1;
const WHAT = 2;
const steps = { [WHERE]: document.getElementById("step-where"), [WHAT]: document.getElementById("step-what") };

document.body.classList.add("stepped");
for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
showStep(WHERE);
startWhere().then(() => (document.getElementById("where-chosen").textContent = chosenText()));

// Step two is an entry of the history, so that "back" leads to step one and everything stays.
document.getElementById("to-what").addEventListener("click", () => {
  const problem = checkWhere();
  if (problem) return;
  goOn();
});
document.getElementById("skip-where")?.addEventListener("click", () => {
  clearWhere();
  goOn();
});
document.getElementById("to-where").addEventListener("click", () => history.back());
addEventListener("popstate", ({ state }) => showStep(state?.step ?? WHERE, true));

function goOn() {
  history.pushState({ step: WHAT }, "");
  showStep(WHAT, true);
}

function showStep(step, focus = false) {
  for (const [number, part] of Object.entries(steps)) part.classList.toggle("step-away", Number(number) !== step);
  document.body.classList.toggle("at-where", step === WHERE);
  if (step === WHAT) document.getElementById("where-chosen").textContent = chosenText();
  if (!focus) return;
  scrollTo(0, 0);
  steps[step].querySelector("h2").focus({ preventScroll: true });
}

const first = errors.querySelector("a");
if (!errors.hidden) openRefused();
else if (history.state?.step === WHAT) addEventListener("load", () => setTimeout(openRestored), { once: true });

// After a refusal the page comes back with messages: open the step that has the first one.
function openRefused() {
  if (!first || stepOf(first.hash) === WHAT) {
    if (history.state?.step !== WHAT) {
      history.replaceState({ step: WHERE }, "");
      history.pushState({ step: WHAT }, "");
    }
    showStep(WHAT);
  }
  errors.focus();
}

// After "back" or a reload the browser has filled the form as it was left by the time the page is loaded: go on there.
function openRestored() {
  showFields();
  if (checkWhere()) return;
  showStep(WHAT);
  // The page may be a fresh one from the server, with a new key; what is sent again must be known as the same.
  if (history.state.key) form.elements.idempotency_key.value = history.state.key;
}

function stepOf(hash) {
  return steps[WHERE].contains(document.getElementById(hash.slice(1))) ? WHERE : WHAT;
}

// A link in the summary leads to its field, in whichever step that is and however it is folded.
errors.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  const field = document.getElementById(link.hash.slice(1));
  if (stepOf(link.hash) === WHERE && !document.body.classList.contains("at-where")) history.back();
  setTimeout(() => {
    for (let box = field?.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    const seen = field?.offsetParent ? field : document.querySelector(".ways button");
    seen.focus();
  }, 50);
});

form.addEventListener(
  "submit",
  (event) => {
    const problems = [...form.querySelectorAll("#step-what [data-field]")].map(check).filter(Boolean);
    if (!problems.length) {
      history.replaceState({ step: WHAT, key: form.elements.idempotency_key.value }, "");
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    summarise(problems);
  },
  true,
);

function check(part) {
  const inputs = [...part.querySelectorAll("input, textarea, select")];
  const chosen = inputs.filter((input) => (/checkbox|radio/.test(input.type) ? input.checked : input.value.trim()));
  const text = problemOf(part, chosen, inputs[0]);
  const line = part.querySelector(".error");
  line.textContent = text;
  line.hidden = !text;
  part.classList.toggle("field-wrong", Boolean(text));
  for (const input of inputs) {
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  const label = part.querySelector("legend, label").textContent;
  return text && { id: inputs[0].id, label, text };
}

function problemOf({ dataset }, chosen, first) {
  if (!chosen.length) return dataset.required ?? "";
  if (dataset.choices && chosen.length > Number(dataset.choices)) return dataset.choicesText;
  const length = [...first.value.trim()].length;
  if (dataset.least && length < Number(dataset.least)) return dataset.leastText;
  if (first.dataset.most && length > Number(first.dataset.most)) {
    return fill(texts.over, { number: number.format(length - Number(first.dataset.most)) });
  }
  return "";
}

function summarise(problems) {
  const title = document.createElement("h2");
  title.textContent = errors.dataset.title;
  const list = document.createElement("ul");
  for (const { id, label, text } of problems) {
    const link = document.createElement("a");
    link.href = `#${id}`;
    link.textContent = label;
    const item = document.createElement("li");
    item.append(link, document.createElement("br"), text);
    list.append(item);
  }
  errors.replaceChildren(title, list);
  errors.hidden = false;
  errors.focus();
  errors.scrollIntoView({ block: "start" });
}

// A message goes away as soon as the answer is mended.
form.addEventListener("input", (event) => {
  const part = event.target.closest("#step-what [data-field]");
  if (part && (part.classList.contains("field-wrong") || part.dataset.choices)) check(part);
});

for (const counter of form.querySelectorAll("[data-counter-for]")) {
  const field = document.getElementById(counter.dataset.counterFor);
  const most = Number(field.dataset.most);
  const count = () => {
    const left = most - [...field.value].length;
    counter.hidden = !field.value || (most > 200 && left > most / 2);
    counter.textContent = fill(left < 0 ? texts.over : texts.left, { number: number.format(Math.abs(left)) });
  };
  field.addEventListener("input", count);
  count();
}

// Radio buttons of questions that may stay open can be taken back by choosing them once more.
let before = null;
for (const type of ["pointerdown", "keydown"]) {
  form.addEventListener(type, (event) => {
    const input = event.target.closest(".more .chip")?.querySelector("input[type=radio]");
    before = input?.checked ? input : null;
  });
}
form.addEventListener("click", (event) => {
  if (event.target === before) before.checked = false;
});
