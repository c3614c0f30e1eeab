// The published entries as a Leaflet layer: one small JSON per tile, in columns (x, y, n, kind, kinds, id).

import { fill, number, settings, texts } from "./ground.js";

const L = window.L;
const KINDS = ["heat_island", "climate_oasis", "idea", "feedback"];
const CROWDED = 500;
// How far a pin or cluster reaches from its centre, in pixels.
const REACH = 20;
const FINGER = 26;

export const Pins = L.GridLayer.extend({
  options: { pane: "pins", className: "pins", minNativeZoom: 8, maxNativeZoom: 18, keepBuffer: 1, updateWhenZooming: false },

  onAdd(map) {
    this.on("load", () => map.fire("pinsload", { boxes: this._boxes() }));
    map.on("zoomstart zoomend", ({ type }) => map.getPane("pins").classList.toggle("pins-away", type === "zoomstart"));
    if (!map.getPane("pins")) map.createPane("pins").style.zIndex = 450;
    const [west, south, east, north] = settings.box;
    this.options.bounds = L.latLngBounds([south, west], [north, east]);
    return L.GridLayer.prototype.onAdd.call(this, map);
  },

  createTile(coords, done) {
    const tile = L.DomUtil.create("div");
    tile.setAttribute("aria-hidden", "true");
    const { x, y, z } = coords;
    fetch(fill(settings.tiles, { x, y, z }))
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.status))))
      .then((data) => {
        tile.items = this._items(data, coords);
        tile.append(...tile.items.map((item) => item.element));
        done(null, tile);
      })
      .catch((error) => done(error, tile));
    return tile;
  },

  // The number of entries whose pin or cluster lies inside these bounds.
  inView(bounds) {
    return this._shown().reduce((sum, item) => sum + (bounds.contains(item.latlng) ? item.n : 0), 0);
  },

  // The pin for a finger that came down beside it: the nearest one, if it is within reach.
  near(latlng) {
    const at = this._map.latLngToLayerPoint(latlng);
    const found = this._shown().map((item) => ({ item, away: at.distanceTo(this._map.latLngToLayerPoint(item.latlng)) }));
    const nearest = found.reduce((best, one) => (one.away < best.away ? one : best), { item: null, away: FINGER });
    return nearest.item;
  },

  _shown() {
    return Object.values(this._tiles).flatMap(({ coords, el }) => (coords.z === this._tileZoom && el.items) || []);
  },

  // What the pins cover, in the map's own pixels, worked out without asking the browser for its layout.
  _boxes() {
    return this._shown().map(({ latlng }) => {
      const { x, y } = this._map.latLngToLayerPoint(latlng);
      return { left: x - REACH, right: x + REACH, top: y - REACH, bottom: y + REACH };
    });
  },

  // Clusters of another zoom say nothing here, so they are not shown blown up while the right ones come. Beyond the
  // deepest tiles the map grows under the pins, but they keep their size.
  _setZoomTransform(level, centre, zoom) {
    L.GridLayer.prototype._setZoomTransform.call(this, level, centre, zoom);
    level.el.style.visibility = level.zoom === this._tileZoom ? "" : "hidden";
    const scale = String(1 / Math.max(1, this._map.getZoomScale(Math.round(zoom), this.options.maxNativeZoom)));
    if (level.scale !== scale) level.el.style.setProperty("--pin-scale", (level.scale = scale));
  },

  _items(data, coords) {
    const size = this.getTileSize();
    const total = data.n.reduce((sum, n) => sum + n, 0);
    return data.n.map((n, i) => {
      const inside = L.point(data.x[i] / data.extent, data.y[i] / data.extent);
      const at = (point) => this._map.unproject(point.scaleBy(size).add(coords.scaleBy(size)), coords.z);
      const item = { n, id: data.id[i], kinds: data.kinds[i], latlng: at(inside) };
      // Close to the ground every spot is an item of its own; only in a crowd a cluster still is a whole cell.
      item.stacked = n > 1 && coords.z >= 17 && total <= CROWDED;
      item.box = item.stacked ? around(item.latlng) : cell(inside, at);
      item.element = n === 1 ? pin(KINDS[data.kind[i]]) : cluster(n, item.kinds);
      item.element.item = item;
      item.element.style.left = `${inside.x * size.x}px`;
      item.element.style.top = `${inside.y * size.y}px`;
      return item;
    });
  },
});

function around({ lat, lng }) {
  const north = 2 / 111_000;
  const east = north / Math.cos((lat * Math.PI) / 180);
  return L.latLngBounds([lat - north, lng - east], [lat + north, lng + east]);
}

// A tile has four by four cells.
function cell(inside, at) {
  const corner = L.point(Math.floor(inside.x * 4) / 4, Math.floor(inside.y * 4) / 4);
  return L.latLngBounds(at(corner), at(corner.add([0.25, 0.25])));
}

function pin(kind) {
  const element = L.DomUtil.create("span", `pin pin-${kind} kind-${kind}`);
  element.title = settings.kinds[kind] ?? "";
  return element;
}

function cluster(n, kinds) {
  const size = n >= 100 ? " pin-most" : n >= 10 ? " pin-many" : "";
  const element = L.DomUtil.create("span", `pin pin-cluster${size}`);
  let from = 0;
  const parts = kinds.map((count, i) => {
    const part = `var(--${KINDS[i]}) ${(from / n) * 360}deg ${((from + count) / n) * 360}deg`;
    from += count;
    return part;
  });
  element.style.background = `conic-gradient(${parts.join(", ")})`;
  const held = KINDS.filter((_, i) => kinds[i]);
  element.title = held.map((kind) => `${settings.kinds[kind]}: ${number.format(kinds[KINDS.indexOf(kind)])}`).join("\n");
  const words = L.DomUtil.create("span", "", element);
  words.textContent = number.format(n);
  return element;
}

export function clusterText(item) {
  return fill(texts.cluster, { number: number.format(item.n) });
}
