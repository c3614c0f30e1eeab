// The sheet beside or below the map: one entry, or the way to the list of a spot.

import { texts } from "./ground.js";
import { clusterText } from "./pins.js";

const sheet = document.getElementById("sheet");
const body = sheet.querySelector(".sheet-body");
let asked;

export async function showEntry(address, shown) {
  asked?.abort();
  asked = new AbortController();
  open(paragraph(texts.loading), shown);
  try {
    const response = await fetch(address, { signal: asked.signal });
    if (!response.ok) throw new Error(response.status);
    body.innerHTML = await response.text();
  } catch (error) {
    if (error.name === "AbortError") return;
    body.replaceChildren(paragraph(texts.sheetFailed));
  }
  shown();
}

export function showCluster(item, address, shown) {
  asked?.abort();
  const title = document.createElement("h2");
  title.textContent = clusterText(item);
  const link = document.createElement("a");
  link.href = address;
  link.className = "button";
  link.textContent = texts.clusterList;
  open(title, shown);
  body.append(link);
}

export function closeSheet() {
  if (sheet.hidden) return;
  asked?.abort();
  sheet.hidden = true;
  for (const pin of document.querySelectorAll(".pin-chosen")) pin.classList.remove("pin-chosen");
  document.getElementById("map").focus({ preventScroll: true });
}

function open(content, shown) {
  body.replaceChildren(content);
  sheet.hidden = false;
  body.focus({ preventScroll: true });
  body.scrollTop = 0;
  shown();
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

sheet.querySelector(".sheet-close").addEventListener("click", closeSheet);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeSheet();
});
