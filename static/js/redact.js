// Boxes drawn on a photo for what nobody shall see; without this script its parts are ticked instead.

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
    frame.addEventListener(name, () => {
      if (drawn && !drawn.querySelector("input")) drawn.remove();
      drawn = null;
    });
  }
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
