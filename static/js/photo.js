// The photo: one from the camera or the gallery, scaled down here where the browser can read it, which also drops what
// the camera noted. Where it was taken is offered once as the place, and then forgotten.

import { gps } from "../vendor/exifr/exifr.js";
import { fill } from "./ground.js";
import { mark } from "./checks.js";
import { photoChanged } from "./draft.js";
import { chosenPoint, known } from "./place.js";
import { isOutside, sentences } from "./told.js";
import { jump } from "./where.js";
import { say, texts } from "./wording.js";

const L = window.L;
const MOST_BYTES = Number(document.getElementById("photo-field").dataset.megabytes) * 1024 * 1024;
const LONGEST = 1600;
const QUALITY = 0.85;
const KINDS = /^image\/(jpeg|png|webp|heic|heif)$/;
const NAMES = /\.(jpe?g|png|webp|heic|heif)$/i;
// How such files begin, as characters: names and types are only what somebody calls them.
const BEGINNINGS = /^(\xff\xd8\xff|\x89PNG|RIFF[^]{4}WEBP|[^]{4}ftyp)/;
// Nearer than this, the photo says nothing new about the place.
const SAME_PLACE = 25;

const part = document.getElementById("photo-field");
const input = document.getElementById("photo");
const camera = document.getElementById("photo-camera");
const shown = document.getElementById("photo-shown");
const image = document.getElementById("photo-image");
const line = document.getElementById("photo-said");
const offer = document.getElementById("photo-place");
let latest = 0;

// Takes over what somebody chose; ends when the photo is ready to be sent.
export async function take(file) {
  const mine = ++latest;
  camera.value = "";
  offer.hidden = true;
  const problem = await problemOf(file);
  if (mine !== latest) return;
  mark(part, problem);
  if (problem) return put(null);
  say(line, texts.photoBusy);
  const [at, smaller] = await Promise.all([placeOf(file), shrink(file)]);
  if (mine !== latest) return;
  put(smaller ?? file);
  const size = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "kilobyte" });
  say(line, fill(texts.photoReady, { size: size.format(Math.ceil(input.files[0].size / 1000)) }));
  if (at) offerPlace(at);
}

// A photo that was kept on the device: it has been through all this before.
export function takeBack(file) {
  latest++;
  if (!input.files.length) put(file);
}

// The server has refused it: nothing may go on saying that it is ready.
export function refused() {
  say(line, "");
}

async function problemOf(file) {
  if (!KINDS.test(file.type) && !(NAMES.test(file.name) && !file.type)) return texts.photoKind;
  if (file.size > MOST_BYTES) return texts.photoLarge;
  const beginning = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  return BEGINNINGS.test(String.fromCharCode(...beginning)) ? "" : texts.photoKind;
}

// The file field itself holds the photo, so that the form sends it with or without this script.
function put(file) {
  const files = new DataTransfer();
  if (file) files.items.add(file);
  input.files = files.files;
  URL.revokeObjectURL(image.src);
  shown.hidden = !file;
  part.classList.toggle("has-photo", Boolean(file));
  if (file) image.src = URL.createObjectURL(file);
  else image.removeAttribute("src");
  if (!file) say(line, "");
  const drop = document.getElementById("drop_photo");
  if (drop && file) drop.checked = true;
  photoChanged(file);
}

async function shrink(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob && new File([blob], "photo.jpg", { type: "image/jpeg" });
  } catch {
    // Not every browser reads HEIC; the server does.
    return null;
  }
}

async function placeOf(file) {
  const found = await Promise.resolve(gps(file)).catch(() => null);
  if (!Number.isFinite(found?.latitude) || !Number.isFinite(found.longitude)) return null;
  const at = L.latLng(found.latitude, found.longitude);
  return isOutside(at, known) ? null : at;
}

function offerPlace(at) {
  const chosen = chosenPoint();
  if (chosen && chosen.distanceTo(at) < SAME_PLACE) return;
  const where = document.getElementById("photo-place-where");
  where.textContent = fill(where.dataset.text, { place: sentences(at, known).join(" · ") });
  offer.hidden = false;
  const answer = (yes) => {
    offer.hidden = true;
    if (yes) {
      jump(at);
      say(line, texts.photoPlaceTaken);
    }
    (shown.querySelector("button") ?? input).focus();
    at = null;
  };
  document.getElementById("photo-place-yes").onclick = () => answer(true);
  document.getElementById("photo-place-no").onclick = () => answer(false);
}

image.addEventListener("error", () => image.classList.add("is-unseen"));
image.addEventListener("load", () => image.classList.remove("is-unseen"));
document.getElementById("photo-remove").addEventListener("click", () => {
  latest++;
  offer.hidden = true;
  put(null);
  say(line, texts.photoGone);
  input.focus();
});
