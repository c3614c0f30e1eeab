// The signs of pins and clusters, each painted once: colours from the style sheet, shapes from the icons of the pages.

import { number, settings } from "./ground.js";

export const KINDS = ["heat_island", "climate_oasis", "idea", "feedback"];
const FONT = "system-ui, sans-serif";
const PIN = 17;
// In a crowd pins are small and keep only colour and outline: large ones would cover each other.
const SMALL = 7;
// Nobody sees the part of one among hundreds; it gets at least this angle.
const LEAST = 0.18;
let compact;

const signs = new Map();
let shapes;
let colours;

export function forgetSigns() {
  signs.clear();
  colours = null;
}

// How far the sign of an item reaches from its middle, in CSS pixels.
export function reachOf(n) {
  return n === 1 ? PIN : n < 10 ? 22 : n < 100 ? 25 : n < 1000 ? 28 : 31;
}

// Draws an item at a place of the canvas, both in device pixels. There may be thousands of pins, so each sort is painted once
// and stamped from then on; clusters are few and all different.
export function drawSign(context, { n, kind, kinds }, x, y, ratio, { told, chosen, crowded }) {
  read();
  if (n === 1) {
    const { canvas, half } = stamp(KINDS[kind], chosen, crowded && !chosen, ratio);
    context.drawImage(canvas, x - half, y - half);
    return;
  }
  context.save();
  context.setTransform(ratio, 0, 0, ratio, x, y);
  paintCluster(context, n, kinds, told, chosen);
  context.restore();
}

function read() {
  if (colours) return;
  const style = getComputedStyle(document.documentElement);
  const names = [...KINDS, "on-kind", "ground", "ink", "accent", "line"];
  colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  shapes ??= Object.fromEntries(KINDS.map((kind) => [kind, new Path2D(/ d="([^"]+)"/.exec(settings.icons[kind])[1])]));
}

function stamp(kind, chosen, small, ratio) {
  const key = `${kind}|${chosen}|${small}|${ratio}`;
  if (!signs.has(key)) {
    const half = Math.ceil(((chosen ? PIN * 1.25 + 4 : small ? SMALL : PIN) + 4) * ratio);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = half * 2;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, half, half);
    if (small) paintSmall(context, kind);
    else paintPin(context, kind, chosen);
    signs.set(key, { canvas, half });
  }
  return signs.get(key);
}

function paintPin(context, kind, chosen) {
  if (chosen) {
    context.scale(1.25, 1.25);
    halo(context, outline(kind, PIN + 3.5));
  }
  shadowed(context, outline(kind, PIN), colours.ground);
  context.fillStyle = colours[kind];
  context.fill(outline(kind, PIN - 2));
  icon(context, kind, 0, 0, 21, colours["on-kind"]);
}

function paintSmall(context, kind) {
  context.fillStyle = colours.ground;
  context.fill(outline(kind, SMALL));
  context.fillStyle = colours[kind];
  context.fill(outline(kind, SMALL - 1.5));
}

// Large numbers in a few characters; what that needs is made when the first comes.
function short(n) {
  if (n < 10_000) return number.format(n);
  compact ??= new Intl.NumberFormat(settings.lang, { notation: "compact", maximumFractionDigits: 1 });
  return compact.format(n);
}

function halo(context, path) {
  context.fillStyle = colours.accent;
  context.fill(path);
}

// A shadow of two soft edges: a blurred one takes a slow phone longer than all the rest of the sign.
function shadowed(context, path, colour) {
  context.save();
  context.translate(0, 1);
  context.lineJoin = "round";
  for (const [width, strength] of [[5, 9], [2, 18]]) {
    context.lineWidth = width;
    context.strokeStyle = `rgb(20 30 45 / ${strength}%)`;
    context.stroke(path);
  }
  context.translate(0, -1);
  context.fillStyle = colour;
  context.fill(path);
  context.restore();
}

// The outlines of the badges in the pages: disc, leaf, soft square, card.
function outline(kind, r) {
  const corners = { heat_island: [1, 1], climate_oasis: [0.3, 1], idea: [0.7, 0.7], feedback: [0.4, 0.4] };
  const [a, b, c, d] = [...corners[kind], ...corners[kind]].map((part) => part * r);
  const path = new Path2D();
  path.moveTo(a - r, -r);
  path.arcTo(r, -r, r, r, b);
  path.arcTo(r, r, -r, r, c);
  path.arcTo(-r, r, -r, -r, d);
  path.arcTo(-r, -r, r, -r, a);
  path.closePath();
  return path;
}

function icon(context, kind, x, y, size, colour) {
  context.save();
  context.translate(x - size / 2, y - size / 2);
  context.scale(size / 24, size / 24);
  context.fillStyle = colour;
  context.fill(shapes[kind]);
  context.restore();
}

// A ring with a part for each kind, the number in it, and small signs unless the counts stand below it.
function paintCluster(context, n, kinds, told, chosen) {
  const radius = reachOf(n);
  const disc = new Path2D();
  disc.arc(0, 0, radius, 0, 7);
  if (chosen) {
    const wider = new Path2D();
    wider.arc(0, 0, radius + 4, 0, 7);
    halo(context, wider);
  }
  shadowed(context, disc, colours.ground);
  ring(context, kinds, radius - 5);
  const held = KINDS.filter((_, i) => kinds[i]).slice(0, 2);
  const words = short(n);
  context.fillStyle = colours.ink;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `700 ${words.length > 4 ? 12 : n < 10 ? 15 : 16}px ${FONT}`;
  context.fillText(words, 0, told ? 1 : 5.5);
  if (!told) held.forEach((kind, i) => icon(context, kind, (i - (held.length - 1) / 2) * 11, -7.5, 10, colours[kind]));
}

function ring(context, kinds, radius) {
  const parts = KINDS.map((kind, i) => ({ colour: colours[kind], n: kinds[i] })).filter(({ n }) => n);
  const total = parts.reduce((sum, { n }) => sum + n, 0);
  const angles = parts.map(({ n }) => Math.max(LEAST, (n / total) * 2 * Math.PI));
  const too = angles.reduce((sum, angle) => sum + angle, 0) / (2 * Math.PI);
  const gap = parts.length > 1 ? 1.2 / radius : 0;
  let from = -Math.PI / 2;
  context.lineWidth = 6;
  parts.forEach(({ colour }, i) => {
    const to = from + angles[i] / too;
    context.beginPath();
    context.arc(0, 0, radius, from + gap, to - gap);
    context.strokeStyle = colour;
    context.stroke();
    from = to;
  });
}

// Which clusters have room for a line with their heat islands and oases below them, and where that line goes.
export function roomForCounts(items) {
  const told = new Map();
  if (items.length > 160) return told;
  const taken = items.map(({ x, y, n }) => square(x, y, reachOf(n) + 2));
  items.forEach((item, own) => {
    if (item.n === 1 || !item.kinds[0] || !item.kinds[1]) return;
    const texts = item.kinds.slice(0, 2).map(short);
    const width = 46 + (texts[0].length + texts[1].length) * 7.5;
    const top = item.y + reachOf(item.n) - 3;
    const box = { left: item.x - width / 2, right: item.x + width / 2, top, bottom: top + 22 };
    if (taken.some((other, i) => i !== own && meet(box, other))) return;
    taken.push(box);
    told.set(item, { texts, width, box });
  });
  return told;
}

function square(x, y, half) {
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

function meet(a, b) {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

export function drawCounts(context, { texts, width, box }, ratio) {
  context.save();
  context.setTransform(ratio, 0, 0, ratio, Math.round(box.left * ratio), Math.round(box.top * ratio));
  const pill = new Path2D();
  pill.arc(10, 10, 10, Math.PI / 2, Math.PI * 1.5);
  pill.arc(width - 10, 10, 10, Math.PI * 1.5, Math.PI / 2);
  pill.closePath();
  shadowed(context, pill, colours.ground);
  context.font = `600 12px ${FONT}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  let x = 8;
  texts.forEach((text, i) => {
    icon(context, KINDS[i], x + 6, 10, 12, colours[KINDS[i]]);
    context.fillStyle = colours.ink;
    context.fillText(text, x + 13, 11);
    x += 13 + text.length * 7.5 + 5;
  });
  context.restore();
}

// The sign of a kind as an element, where one stands alone on a map.
export function signElement(kind) {
  const badge = document.createElement("span");
  badge.className = `badge badge-${kind}`;
  const drawn = new DOMParser().parseFromString(
    `<svg xmlns="http://www.w3.org/2000/svg" class="icon" viewBox="0 0 24 24" aria-hidden="true">${settings.icons[kind]}</svg>`,
    "image/svg+xml",
  );
  badge.append(document.importNode(drawn.documentElement, true));
  return badge;
}
