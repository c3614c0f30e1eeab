// What nobody shall see of a photo: a tap ticks a part of it, as without this script, and what is drawn is a box.

const LEAST = 8;

offerBoxes();

// Also for what has come into the page since.
export function offerBoxes() {
  for (const frame of document.querySelectorAll("[data-boxes]:not(.redact-drawn)")) offer(frame);
}

function offer(frame) {
  frame.classList.add("redact-drawn");
  for (const hint of frame.closest("fieldset").querySelectorAll(".needs-script")) hint.hidden = false;
  let start = null;
  let drawn = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    if (event.target.matches(".redact-box")) {
      event.target.remove();
      return;
    }
    frame.setPointerCapture(event.pointerId);
    start = position(frame, event);
    drawn = document.createElement("span");
    drawn.className = "redact-box";
    frame.append(drawn);
  });
  frame.addEventListener("pointermove", (event) => {
    if (drawn) place(drawn, start, position(frame, event));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    frame.addEventListener(name, (event) => {
      const tapped = drawn && !drawn.querySelector("input");
      if (tapped) drawn.remove();
      if (tapped && name === "pointerup") tick(event);
      drawn = null;
    });
  }
  // Where the click of a pointer lands after drawing depends on the browser; one by the keyboard has no pointer.
  frame.addEventListener("click", (event) => event.detail && event.preventDefault());
}

function tick({ clientX, clientY }) {
  const part = document.elementFromPoint(clientX, clientY)?.closest(".redact-grid > label")?.control;
  if (part) part.checked = !part.checked;
}

// In thousandths of the photo.
function position(frame, { clientX, clientY }) {
  const { left, top, width, height } = frame.querySelector("img").getBoundingClientRect();
  const part = (value, whole) => Math.round(Math.min(Math.max(value / whole, 0), 1) * 1000);
  return [part(clientX - left, width), part(clientY - top, height)];
}

function place(box, [fromX, fromY], [toX, toY]) {
  const [left, top] = [Math.min(fromX, toX), Math.min(fromY, toY)];
  const [width, height] = [Math.abs(toX - fromX), Math.abs(toY - fromY)];
  const percent = (value) => `${value / 10}%`;
  Object.assign(box.style, { left: percent(left), top: percent(top), width: percent(width), height: percent(height) });
  box.replaceChildren();
  if (width < LEAST || height < LEAST) return;
  const input = Object.assign(document.createElement("input"), { type: "hidden", name: "box" });
  input.value = [left, top, width, height].join(",");
  box.append(input);
}
