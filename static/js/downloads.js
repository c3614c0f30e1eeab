// Downloads that take longer than two seconds show how far they are; and what is chosen holds for the links at once.
// Without this file the links are plain downloads, and the button of the form applies what is chosen.

const SHOWN_AFTER = 2000;
const DRAWN_EVERY = 150;
// What is larger the browser writes to the disk by itself: here it would have to fit into memory.
const MOST = 250e6;
const QUOTE = 0x22;
const LINE_END = 0x0a;

const lang = document.documentElement.lang;
const panel = document.getElementById("progress");
const number = new Intl.NumberFormat(lang);

function size(bytes) {
  const [unit, value] = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Lines of a CSV, of which a cell may hold some more between its quotes; the first one names the columns.
class Rows {
  quoted = false;
  lines = 0;

  take(bytes) {
    for (const byte of bytes) {
      if (byte === QUOTE) this.quoted = !this.quoted;
      else if (byte === LINE_END && !this.quoted) this.lines += 1;
    }
  }

  get count() {
    return Math.max(0, this.lines - 1);
  }
}

class Progress {
  constructor(link) {
    this.expected = { rows: Number(link.dataset.rows) || 0, bytes: Number(link.dataset.bytes) || 0 };
    this.rows = link.dataset.format === "csv" ? new Rows() : null;
    this.bytes = 0;
    this.stopped = new AbortController();
    this.name = link.dataset.name;
    this.timer = setTimeout(() => this.show(), SHOWN_AFTER);
  }

  show() {
    this.shown = true;
    panel.hidden = false;
    panel.dataset.state = "runs";
    say(fill(panel.dataset.running, { file: this.name }));
    panel.querySelector("button").onclick = () => (panel.dataset.state === "runs" ? this.stopped.abort() : hide());
    panel.querySelector("button").textContent = panel.dataset.stop;
    this.draw();
  }

  take(bytes) {
    this.bytes += bytes.length;
    this.rows?.take(bytes);
    if (this.shown && performance.now() - (this.drawn ?? 0) > DRAWN_EVERY) this.draw();
  }

  draw() {
    this.drawn = performance.now();
    const bar = panel.querySelector("progress");
    const [done, all] = this.rows ? [this.rows.count, this.expected.rows] : [this.bytes, this.expected.bytes];
    if (done && all) bar.value = Math.min(1, done / all);
    else bar.removeAttribute("value");
    const values = { rows: number.format(this.rows?.count ?? 0), all: number.format(all), size: size(this.bytes) };
    panel.querySelector(".progress-figures").textContent = fill(this.rows ? panel.dataset.rows : panel.dataset.bytes, values);
  }

  // Also a download that was quick says so when something of an earlier one still stands there.
  end(state, text) {
    clearTimeout(this.timer);
    if (!this.shown && state === "done") return;
    this.show();
    panel.dataset.state = state;
    panel.querySelector("progress").value = state === "done" ? 1 : 0;
    panel.querySelector("button").textContent = panel.dataset.close;
    say(fill(text, { file: this.name }));
  }
}

function say(text) {
  panel.querySelector("[role=status]").textContent = text;
}

function hide() {
  panel.hidden = true;
}

async function download(link) {
  const progress = new Progress(link);
  link.setAttribute("aria-disabled", "true");
  try {
    const answer = await fetch(link.href, { signal: progress.stopped.signal });
    if (!answer.ok) {
      progress.end("failed", panel.dataset.failed);
      location.assign(link.href);
      return;
    }
    const parts = [];
    for (const reader = answer.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      progress.take(value);
    }
    save(new Blob(parts, { type: answer.headers.get("Content-Type") }), answer, link);
    progress.end("done", panel.dataset.done);
  } catch (error) {
    progress.end("failed", error.name === "AbortError" ? panel.dataset.stopped : panel.dataset.failed);
  } finally {
    link.removeAttribute("aria-disabled");
  }
}

function save(blob, answer, link) {
  const [, named] = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "") ?? [];
  const saved = document.createElement("a");
  saved.href = URL.createObjectURL(blob);
  saved.download = named ?? new URL(link.href).pathname.split("/").pop();
  saved.click();
  setTimeout(() => URL.revokeObjectURL(saved.href), 60000);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-download]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (Number(link.dataset.bytes) > MOST || !window.ReadableStream) return;
  event.preventDefault();
  if (!link.getAttribute("aria-disabled")) download(link);
});

// Layout, labels and language change nothing in what is shown, only in the files; the days want the button. Files and
// pages call the language differently: each choice says what a file calls it.
const form = document.getElementById("how");
form?.addEventListener("change", ({ target }) => {
  const { asks } = target.dataset;
  if (!asks) return;
  for (const link of document.querySelectorAll("a[data-download]")) {
    const address = new URL(link.href);
    if (!address.searchParams.has(asks)) continue;
    address.searchParams.set(asks, target.value);
    link.href = address;
  }
  for (const link of document.querySelectorAll("a.file-save")) {
    const address = new URL(link.href);
    address.searchParams.set(target.name, target.value);
    link.href = address;
  }
});
