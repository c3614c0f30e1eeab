// The published entries on a canvas. Tiles of columns (x, y, n, kind, kinds, id) come by fetch and are kept by zoom; only
// what lies in the view and a little around it is drawn.

import { dark, fill, settings } from "./ground.js";
import { drawCounts, drawSign, forgetSigns, reachOf, roomForCounts } from "./signs.js";

const L = window.L;
const SIDE = 512;
const CELLS = 8;
// From this zoom on every spot of a tile travels by itself, unless the tile is crowded.
const LOOSE = 16;
const CROWDED = 2000;
// How far from its middle a finger still means a pin, in pixels.
const FINGER = 26;
// How much is drawn beyond each edge of the view, as a part of it.
const AROUND = 0.15;
const KEPT = 200;
// More single pins than these are a crowd.
const CROWD = 250;
// Finer pixels than these nobody sees on a sign, but a slow phone has to fill them.
const FINEST = 2;
// A crowd is painted in portions of this many milliseconds, so that a slow phone hears a finger between them.
const PORTION = 12;

export class Pins extends L.Layer {
  constructor() {
    super();
    L.setOptions(this, { pane: "pins" });
    this._tiles = new Map();
    this._shown = [];
    this._before = [];
    this._waiting = 0;
    this._chosen = null;
    this._reset = this._reset.bind(this);
    this._draw = this._draw.bind(this);
  }

  onAdd(map) {
    if (!map.getPane("pins")) map.createPane("pins").style.zIndex = 450;
    map.getContainer().pins = this;
    // One is painted while the other still shows what was there before.
    this._canvases = ["pins", "pins"].map((name) => L.DomUtil.create("canvas", name, this.getPane()));
    for (const canvas of this._canvases) canvas.setAttribute("aria-hidden", "true");
    this._recolour = () => {
      forgetSigns();
      this._plan();
    };
    dark.addEventListener("change", this._recolour);
    this._reset();
  }

  onRemove(map) {
    dark.removeEventListener("change", this._recolour);
    cancelAnimationFrame(this._frame);
    cancelAnimationFrame(this._portion);
    this._calls?.abort();
    for (const canvas of this._canvases) canvas.remove();
    delete map.getContainer().pins;
  }

  getEvents() {
    return {
      viewreset: this._reset,
      moveend: this._reset,
      resize: this._reset,
      move: this._moved,
      zoom: this._plan,
      // Clusters of one zoom say nothing at another: they go while the map is on its way.
      zoomanim: () => this.getPane().classList.add("pins-away"),
      zoomend: () => this.getPane().classList.remove("pins-away"),
    };
  }

  // What is on the canvas now, each with its place on the globe and its pixel in the map.
  get items() {
    const corner = this._map.layerPointToContainerPoint(this._corner ?? [0, 0]);
    return this._shown.map((item) => {
      const { n, kind, id, kinds, x, y } = item;
      return { n, kind, id, kinds, latlng: this.latlng(item), point: corner.add([x, y]) };
    });
  }

  // The number of entries whose pin or cluster lies in the view.
  inView() {
    const { x: width, y: height } = this._map.getSize();
    const corner = this._map.layerPointToContainerPoint(this._corner ?? [0, 0]);
    const inside = (at, edge) => at >= 0 && at <= edge;
    return this._shown.reduce(
      (sum, { n, x, y }) => sum + (inside(corner.x + x, width) && inside(corner.y + y, height) ? n : 0),
      0,
    );
  }

  // The pin that a finger means: the nearest one, if it is within reach.
  near(latlng) {
    return this._nearest(latlng, (item) => Math.max(FINGER, item.reach));
  }

  // The nearest of all that are in the view.
  nearest(latlng) {
    return this._nearest(latlng, () => Math.hypot(...Object.values(this._map.getSize())) / 2);
  }

  _nearest(latlng, reach) {
    const { x, y } = this._map.latLngToLayerPoint(latlng).subtract(this._corner ?? [0, 0]);
    let [nearest, least] = [null, Infinity];
    for (const item of this._shown) {
      const away = Math.hypot(item.x - x, item.y - y);
      if (away < least && away <= reach(item)) [nearest, least] = [item, away];
    }
    return nearest;
  }

  choose(item) {
    if (this._chosen === item) return;
    this._chosen = item;
    this._plan();
  }

  latlng({ u, v }) {
    return this._map.unproject(L.point(u, v).multiplyBy(this._world()));
  }

  // What the item stands for on the ground: its spot with two metres around it, or its whole cell.
  box(item) {
    if (item.stacked) return this.latlng(item).toBounds(4);
    const size = 1 / (2 ** item.z * CELLS);
    const [west, north] = [Math.floor(item.u / size) * size, Math.floor(item.v / size) * size];
    const world = 256 * 2 ** item.z;
    const corners = [L.point(west, north), L.point(west + size, north + size)];
    return L.latLngBounds(corners.map((corner) => this._map.unproject(corner.multiplyBy(world), item.z)));
  }

  redraw() {
    this._tiles.clear();
    this._reset();
  }

  _world() {
    return 256 * 2 ** this._map.getZoom();
  }

  _zoom() {
    return Math.round(this._map.getZoom()) - 1;
  }

  _reset() {
    this._load();
    this._plan();
  }

  _moved() {
    const view = L.bounds(this._map.containerPointToLayerPoint([0, 0]), this._map.containerPointToLayerPoint(this._map.getSize()));
    if (this._drawn && !this._drawn.contains(view)) this._reset();
  }

  _plan() {
    this._frame ??= requestAnimationFrame(this._draw);
  }

  // Columns and rows of the tiles that a box of pixels touches, as far as there is a city.
  _range(bounds) {
    const z = this._zoom();
    const [west, south, east, north] = settings.box;
    const side = (SIDE * this._world()) / (256 * 2 ** (z + 1));
    const city = [[north, west], [south, east]].map((corner) => this._map.project(corner));
    const range = (from, to, low, high) => {
      const [first, last] = [Math.floor(Math.max(from, low) / side), Math.floor(Math.min(to, high) / side)];
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    };
    const columns = range(bounds.min.x, bounds.max.x, city[0].x, city[1].x);
    const rows = range(bounds.min.y, bounds.max.y, city[0].y, city[1].y);
    return columns.flatMap((x) => rows.map((y) => ({ z, x, y, key: `${z}/${x}/${y}` })));
  }

  _load() {
    const zoom = this._zoom();
    if (this._loaded !== zoom) {
      this._calls?.abort();
      this._calls = new AbortController();
      this._before = this._shown;
      this._loaded = zoom;
    }
    for (const tile of this._range(this._map.getPixelBounds())) {
      if (!this._tiles.has(tile.key)) this._fetch(tile);
    }
    for (const key of [...this._tiles.keys()].slice(0, Math.max(0, this._tiles.size - KEPT))) this._tiles.delete(key);
  }

  async _fetch(tile) {
    const { signal } = this._calls;
    if (!this._waiting++) this.fire("loading");
    this._tiles.set(tile.key, null);
    try {
      const response = await fetch(fill(settings.tiles, tile), { signal });
      if (!response.ok) throw new Error(response.status);
      this._tiles.set(tile.key, itemsOf(await response.json(), tile));
    } catch (error) {
      this._tiles.delete(tile.key);
      if (error.name !== "AbortError") this.fire("tileerror", { error });
    }
    if (!--this._waiting) this._done = true;
    this._plan();
  }

  _draw() {
    this._frame = null;
    if (!this._map) return;
    const until = performance.now() + PORTION;
    const size = this._map.getSize();
    const around = size.multiplyBy(AROUND).round();
    this._corner = this._map.containerPointToLayerPoint(around.multiplyBy(-1)).round();
    const full = size.add(around.multiplyBy(2));
    this._drawn = L.bounds(this._corner, this._corner.add(full));
    const origin = this._map.getPixelOrigin().add(this._corner);
    const { ready, old } = this._gather(L.bounds(origin, origin.add(full)));
    const faint = this._place(old, origin, full);
    this._shown = this._place(ready, origin, full);
    // Pins further down lie over those further up, and clusters over all.
    this._shown.sort((a, b) => (a.n > 1) - (b.n > 1) || a.y - b.y);
    const told = roomForCounts(this._shown);
    this._steps = this._stepsOf(faint, told, this._chosenNow(origin), full);
    this._paint(until);
  }

  // Does as much as fits into this frame; the rest follows in the next ones.
  _paint(until) {
    cancelAnimationFrame(this._portion);
    while (performance.now() < until) {
      if (this._steps.next().done) return;
    }
    this._portion = requestAnimationFrame(() => this._paint(performance.now() + PORTION));
  }

  // Each step paints one sign on the spare canvas; with the last one the former canvas is empty. Then all is told.
  *_stepsOf(faint, told, chosen, full) {
    const [former, canvas] = this._canvases;
    const ratio = Math.min(devicePixelRatio, FINEST);
    const context = this._clear(canvas, full, ratio);
    // What another zoom has shown is wrong here.
    if (this._painted !== this._map.getZoom()) this._empty(former);
    this._painted = this._map.getZoom();
    context.globalAlpha = 0.4;
    for (const item of faint) yield this._stamp(context, item, ratio);
    context.globalAlpha = 1;
    const crowded = this._shown.filter(({ n }) => n === 1).length > CROWD;
    for (const item of this._shown) {
      if (item !== chosen) yield this._stamp(context, item, ratio, { told: told.has(item), crowded });
    }
    for (const counts of told.values()) yield drawCounts(context, counts, ratio);
    if (chosen) this._stamp(context, chosen, ratio, { told: told.has(chosen), chosen: true });
    this._empty(former);
    this._canvases.reverse();
    yield;
    this._tell([...told.values()].map(({ box }) => box));
  }

  _empty(canvas) {
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  }

  _clear(canvas, full, ratio) {
    L.DomUtil.setPosition(canvas, this._corner);
    const [width, height] = [full.x * ratio, full.y * ratio].map(Math.round);
    if (canvas.width === width && canvas.height === height) this._empty(canvas);
    else {
      [canvas.width, canvas.height] = [width, height];
      [canvas.style.width, canvas.style.height] = [`${full.x}px`, `${full.y}px`];
    }
    return canvas.getContext("2d");
  }

  // Items of the tiles that are there; for those on their way what the former zoom showed at their place.
  _gather(bounds) {
    const ready = [];
    const missing = new Set();
    for (const { key } of this._range(bounds)) {
      const items = this._tiles.get(key);
      if (items) ready.push(...items);
      else if (items === null) missing.add(key);
    }
    const tiles = 2 ** this._zoom();
    const at = ({ u, v }) => `${this._zoom()}/${Math.floor(u * tiles)}/${Math.floor(v * tiles)}`;
    return { ready, old: missing.size ? this._before.filter((item) => missing.has(at(item))) : [] };
  }

  _place(items, origin, full) {
    const world = this._world();
    return items.filter((item) => {
      const [x, y] = this._spot(item, world);
      item.x = x - origin.x;
      item.y = y - origin.y;
      return item.x > -40 && item.y > -40 && item.x < full.x + 40 && item.y < full.y + 40;
    });
  }

  // A cluster keeps off the edges of its cell, so that neighbours do not cover each other.
  _spot({ u, v, n, z, stacked }, world) {
    if (n === 1 || stacked) return [u * world, v * world];
    const cell = world / (2 ** z * CELLS);
    const inner = (at) => {
      const first = Math.floor(at / cell) * cell;
      return Math.min(Math.max(at, first + cell * 0.36), first + cell * 0.64);
    };
    return [inner(u * world), inner(v * world)];
  }

  _stamp(context, item, ratio, state = {}) {
    drawSign(context, item, Math.round(item.x * ratio), Math.round(item.y * ratio), ratio, state);
  }

  // The chosen entry stays marked at every zoom, a cluster as long as it is one.
  _chosenNow(origin) {
    const chosen = this._chosen;
    if (!chosen) return null;
    const found = this._shown.find((item) => item === chosen || (item.id && item.id === chosen.id));
    if (found || !chosen.id) return found ?? null;
    const world = this._world();
    return { ...chosen, x: chosen.u * world - origin.x, y: chosen.v * world - origin.y };
  }

  // Tells what the pins cover, in the map's own pixels.
  _tell(counts) {
    const { x: left, y: top } = this._corner;
    const signs = this._shown.map(({ x, y, reach }) => ({ left: x - reach, right: x + reach, top: y - reach, bottom: y + reach }));
    const boxes = [...signs, ...counts].map((box) => ({
      left: left + box.left,
      right: left + box.right,
      top: top + box.top,
      bottom: top + box.bottom,
    }));
    this._map.fire("pinsdrawn", { boxes });
    if (!this._done) return;
    this._done = false;
    this.fire("load");
  }
}

// A tile as items: where on the whole map (0 to 1 across and down), how many, which.
function itemsOf(data, { z, x, y }) {
  const tiles = 2 ** z;
  const total = data.n.reduce((sum, n) => sum + n, 0);
  return data.n.map((n, i) => ({
    n,
    z,
    kind: data.kind[i],
    id: data.id[i],
    kinds: data.kinds[i],
    u: (x + data.x[i] / data.extent) / tiles,
    v: (y + data.y[i] / data.extent) / tiles,
    stacked: n > 1 && z >= LOOSE && total <= CROWDED,
    reach: reachOf(n),
  }));
}
