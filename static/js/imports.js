// The page of an import: the first rows on the map, and how far the worker is. The page says the same without it.

const WAIT = 2000;
const frame = document.querySelector(".place-map");
const progress = document.getElementById("progress");
if (frame) showPoints();
if (progress) setTimeout(ask, WAIT);

async function showPoints() {
  const { createMap } = await import("./ground.js");
  const L = window.L;
  frame.hidden = false;
  const map = createMap(document.getElementById("map"));
  map.scrollWheelZoom.disable();
  const points = JSON.parse(frame.dataset.points);
  for (const [lat, lon, kind] of points) {
    L.circleMarker([lat, lon], { radius: 8, className: `import-point kind-${kind}`, interactive: false }).addTo(map);
  }
  map.fitBounds(L.latLngBounds(points.map(([lat, lon]) => [lat, lon])).pad(0.2), { animate: false, maxZoom: 17 });
}

async function ask() {
  try {
    const answer = await fetch(progress.dataset.address);
    const text = await answer.text();
    if (answer.ok && !text.includes("<progress")) return location.reload();
    if (answer.ok) show(new DOMParser().parseFromString(text, "text/html").body);
  } catch {
    // Without a connection for a moment, the next question may be answered.
  }
  setTimeout(ask, WAIT);
}

// Only what has changed, so that a screen reader says it once.
function show(news) {
  if (news.textContent !== progress.textContent) progress.replaceChildren(...news.children);
}
