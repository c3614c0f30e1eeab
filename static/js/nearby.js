// Between the steps: places that others have named close by. To agree with one is quicker than to write anew.

import { fill, number, settings } from "./ground.js";
import { say, texts } from "./wording.js";

const PATIENCE = 1500;
// Below this many metres, nobody can tell two points apart.
const NEARLY_NONE = 10;
const form = document.getElementById("add-form");
const section = document.getElementById("step-near");
const list = document.getElementById("near-list");
const line = document.getElementById("near-said");
const thanks = document.getElementById("near-thanks");
let supported;

// Fills the step; whether there is anything to show. Whoever has a slow connection is not kept waiting.
export async function lookAround({ lat, lng }) {
  const address = new URL(`${form.dataset.near}/near`, location);
  const asked = { lat: lat.toFixed(6), lon: lng.toFixed(6), kind: form.elements.kind.value };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  const places = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) })
    .then((answer) => (answer.ok ? answer.json() : { places: [] }))
    .then((answer) => answer.places)
    .catch(() => []);
  list.replaceChildren(...places.map(card));
  say(line, "");
  showThanks(false);
  return places.length > 0;
}

function card(place) {
  const item = document.getElementById("near-card").content.cloneNode(true).firstElementChild;
  const name = item.querySelector("strong");
  name.textContent = place.name || texts.unnamed;
  name.id = `near-${place.id}`;
  const away = place.metres < NEARLY_NONE ? texts.here : texts.away;
  item.querySelector(".near-away").textContent = fill(away, { metres: number.format(place.metres) });
  item.querySelector(".near-counts").append(...counts(place).map(tag));
  const look = item.querySelector(".near-look");
  look.href = place.address;
  const feel = item.querySelector(".near-feel");
  for (const button of [look, feel]) button.setAttribute("aria-describedby", name.id);
  feel.addEventListener("click", () => support(place, feel));
  if (place.supported) feel.replaceWith(texts.felt);
  return item;
}

function counts({ kinds, supports }) {
  const said = Object.entries(kinds).map(([kind, n]) => `${settings.kinds[kind] ?? kind}: ${number.format(n)}`);
  return supports ? [...said, fill(texts.feel, { number: number.format(supports) })] : said;
}

function tag(text) {
  const item = document.createElement("li");
  item.className = "tag";
  item.textContent = text;
  return item;
}

async function support(place, button) {
  if (!(await post(place, "support", button))) return;
  supported = place;
  showThanks(true);
  document.getElementById("near-thanks-title").focus();
}

async function post(place, what, button) {
  if (button.getAttribute("aria-disabled")) return false;
  button.setAttribute("aria-disabled", "true");
  say(line, "");
  try {
    const answer = await fetch(`${form.dataset.near}/${place.id}/${what}`, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ csrf_token: form.elements.csrf_token.value }),
    });
    if (!answer.ok) throw new Error(answer.status);
    return true;
  } catch {
    say(line, texts.feelFailed);
    return false;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function showThanks(shown) {
  thanks.hidden = !shown;
  section.querySelector(".near-offer").hidden = shown;
}

document.getElementById("near-undo").addEventListener("click", async ({ currentTarget }) => {
  if (!(await post(supported, "unsupport", currentTarget))) return showThanks(false);
  showThanks(false);
  say(line, texts.takenBack);
  document.getElementById("near-title").focus();
});
