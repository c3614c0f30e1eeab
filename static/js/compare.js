// The maps of the comparison: drawn pictures until somebody gets near them, then maps that move together.

const stage = document.querySelector("[data-compare-maps]");
const dark = matchMedia("(prefers-color-scheme: dark)");

if (stage && "IntersectionObserver" in window) {
  const seen = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      begin().catch((error) => console.info("maps stay pictures", error));
    },
    { rootMargin: "200px" },
  );
  seen.observe(stage);
}

async function begin() {
  const settings = JSON.parse(document.getElementById("compare-settings").textContent);
  const [, ...ready] = await Promise.all([
    loadScript(settings.leaflet),
    ...settings.cities.map(async (city) => ({ ...city, ground: await read(city.outline), found: await read(city.cells) })),
  ]);
  stage.classList.add("compare-live");
  const sides = ready.map((city) => new Side(city, settings));
  const zoom = Math.min(...sides.map((side) => side.fitting));
  for (const side of sides) side.begin(zoom);
  for (const side of sides) side.leads(sides);
  for (const choice of stage.querySelectorAll("input")) {
    choice.addEventListener("change", () => sides.forEach((side) => side.show(layer())));
  }
  for (const side of sides) side.show(layer());
}

const layer = () => stage.querySelector("input[name=layer]:checked").value;

async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

function loadScript(src) {
  return new Promise((done, failed) => {
    if (window.L) return done();
    const script = Object.assign(document.createElement("script"), { src, onload: done, onerror: failed });
    document.head.append(script);
  });
}

// One city. All sides have the same zoom, and each keeps as far from the middle of its own city as the one that is moved.
class Side {
  constructor({ slug, box, ground, found, basemap, source }, { lang }) {
    const L = window.L;
    const element = document.getElementById(`compare-map-${slug}`);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(element, { minZoom: 9, maxZoom: 17, zoomSnap: 0.5, zoomAnimation: false, inertia: !calm });
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(element);
    this.map.attributionControl.setPrefix('<a href="https://leafletjs.com" rel="noreferrer">Leaflet</a>');
    credit(this.map, source);
    L.control.scale({ imperial: false }).addTo(this.map);
    const [west, south, east, north] = box;
    this.bounds = L.latLngBounds([south, west], [north, east]);
    this.home = this.bounds.getCenter();
    this.ground(ground);
    this.cells = L.geoJSON(found, {
      style: (cell) => ({ className: `compare-cell ${cell.properties.count}`, weight: 1, fillOpacity: 1 }),
      onEachFeature: (cell, shape) => shape.bindTooltip(words(cell.properties.said), { sticky: true }),
    }).addTo(this.map);
    if (basemap) this.basemap({ ...basemap, lang, dark: dark.matches });
  }

  get fitting() {
    return this.map.getBoundsZoom(this.bounds);
  }

  begin(zoom) {
    this.map.setView(this.home, zoom, { animate: false });
  }

  ground({ boundary, districts }) {
    const pane = this.map.createPane("ground");
    pane.style.zIndex = 210;
    const renderer = window.L.svg({ pane: "ground", padding: 0.5 });
    const draw = (geometry, className) =>
      window.L.geoJSON(geometry, { interactive: false, style: { renderer, className, fillOpacity: 1 } }).addTo(this.map);
    draw(boundary, "ground-land");
    for (const district of districts) draw(district.boundary, "ground-district");
  }

  async basemap(facts) {
    try {
      const { addBasemap } = await import("./basemap.js");
      await addBasemap(this.map, facts);
      credit(this.map, facts.attribution);
    } catch (error) {
      console.info("plain ground", error);
    }
  }

  show(name) {
    this.cells.eachLayer((shape) => {
      const path = shape.getElement();
      const { count, balance, hot } = shape.feature.properties;
      path?.setAttribute("class", `leaflet-interactive compare-cell ${{ count, balance, hot }[name]}`);
    });
  }

  leads(sides) {
    this.map.on("move", () => {
      if (Side.moving) return;
      Side.moving = true;
      const zoom = this.map.getZoom();
      const away = this.map.project(this.map.getCenter(), zoom).subtract(this.map.project(this.home, zoom));
      for (const other of sides) if (other !== this) other.follow(away, zoom);
      Side.moving = false;
    });
  }

  follow(away, zoom) {
    const centre = this.map.unproject(this.map.project(this.home, zoom).add(away), zoom);
    this.map.setView(centre, zoom, { animate: false });
  }
}

// Leaflet takes HTML here; what the server wrote is text.
function words(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}

function credit(map, source) {
  if (source) map.attributionControl.addAttribution(words(source).innerHTML);
}
