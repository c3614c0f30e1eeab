// The published entries as a Leaflet layer: one small JSON per tile, in columns (x, y, n, kind, kinds, id).

import { fill, number, settings, texts } from "./ground.js";

const L = window.L;
const KINDS = ["heat_island", "climate_oasis", "idea", "feedback"];
const CROWDED = 500;
const signs = {};
for (const sign of document.getElementById("pin-signs").content.children) signs[sign.dataset.kind] = sign;

export const Pins = L.GridLayer.extend({
  options: { pane: "pins", className: "pins", minNativeZoom: 8, maxNativeZoom: 18, keepBuffer: 1, updateWhenZooming: false },

  onAdd(map) {
    this.on("load", () => map.fire("pinsload"));
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
    let sum = 0;
    for (const { coords, el } of Object.values(this._tiles)) {
      if (coords.z !== this._tileZoom || !el.items) continue;
      for (const item of el.items) if (bounds.contains(item.latlng)) sum += item.n;
    }
    return sum;
  },

  // Pins keep their size while the map grows or shrinks under them.
  _setZoomTransform(level, centre, zoom) {
    L.GridLayer.prototype._setZoomTransform.call(this, level, centre, zoom);
    level.el.style.setProperty("--pin-scale", 1 / this._map.getZoomScale(zoom, level.zoom));
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
  element.title = signs[kind].title;
  element.append(signs[kind].firstElementChild.cloneNode(true));
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
  element.title = held.map((kind) => `${signs[kind].title}: ${number.format(kinds[KINDS.indexOf(kind)])}`).join("\n");
  const words = L.DomUtil.create("span", "", element);
  words.textContent = number.format(n);
  return element;
}

export function clusterText(item) {
  return fill(texts.cluster, { number: number.format(item.n) });
}
