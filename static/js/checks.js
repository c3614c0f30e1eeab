// What the page can check before anything is sent: messages beside the fields, a summary with links, counters.

import { fill, number } from "./ground.js";
import { texts } from "./wording.js";

const form = document.getElementById("add-form");
const errors = document.getElementById("errors");

// What is wrong in the second step; the messages stand at their fields.
export function checkAnswers() {
  return [...form.querySelectorAll("#step-what [data-field]")].map(check).filter(Boolean);
}

function check(part) {
  const inputs = [...part.querySelectorAll("input, textarea, select")];
  const chosen = inputs.filter((input) => (/checkbox|radio/.test(input.type) ? input.checked : input.value.trim()));
  const text = problemOf(part, chosen, inputs[0]);
  mark(part, text);
  const label = part.querySelector("legend, label").textContent;
  return text && { id: inputs[0].id, label, text };
}

// A message at a field, or none.
export function mark(part, text) {
  const line = part.querySelector(".error");
  line.textContent = text;
  line.hidden = !text;
  part.classList.toggle("field-wrong", Boolean(text));
  for (const input of part.querySelectorAll("input, textarea, select")) {
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

function problemOf({ dataset }, chosen, first) {
  if (!chosen.length) return dataset.required ?? "";
  if (dataset.choices && chosen.length > Number(dataset.choices)) return dataset.choicesText;
  const length = [...first.value.trim()].length;
  if (dataset.least && length < Number(dataset.least)) return dataset.leastText;
  const most = Number(first.dataset.most);
  return most && length > most ? overSaid(length, most) : "";
}

function overSaid(length, most) {
  return fill(texts.over, { most: number.format(most), number: number.format(length - most) });
}

export function summarise(problems) {
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
  showErrors(title, list);
}

export function showErrors(...parts) {
  errors.replaceChildren(...parts);
  errors.hidden = false;
  errors.focus();
  errors.scrollIntoView({ block: "start" });
}

export function hideErrors() {
  errors.hidden = true;
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
    const length = [...field.value.trim()].length;
    const left = most - length;
    counter.classList.toggle("error", left < 0);
    counter.hidden = !field.value || (most > 200 && left > most / 2);
    // What nobody sees is not worth learning the rules of large numbers for.
    if (counter.hidden) return;
    counter.textContent = left < 0 ? overSaid(length, most) : fill(texts.left, { number: number.format(left) });
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
  if (event.target !== before) return;
  before.checked = false;
  before.dispatchEvent(new Event("change", { bubbles: true }));
});
