// The basemap: vectors in the colours of the page, or pictures. Loaded after the first paint, and only where a city has one.

const LIGHT = {
  earth: "#f4f1ea", built: "#ece8df", green: "#d7e7d0", wood: "#c9dfc6", water: "#b9d8e6", road: "#ffffff", casing: "#e0dacd",
  rail: "#c3c2bf", border: "#a9b0b8", words: "#5d6570", waterWords: "#3f6f8c", halo: "#f4f1ea",
};
const DARK = {
  earth: "#1a222b", built: "#202a34", green: "#1c322b", wood: "#1a3529", water: "#16344a", road: "#33404d", casing: "#151c24",
  rail: "#3a4550", border: "#55636f", words: "#a3afbb", waterWords: "#7fb0cf", halo: "#1a222b",
};
// Which of our few colours stands for which of the renderer's many.
const USES = {
  earth: "background earth pedestrian sand beach glacier pier",
  built: "hospital industrial school aerodrome runway military buildings",
  green: "park_a park_b scrub_a scrub_b zoo",
  wood: "wood_a wood_b",
  water: "water",
  road:
    "tunnel_other tunnel_minor tunnel_link tunnel_major tunnel_highway other minor_service minor_a minor_b link major highway " +
    "bridges_other bridges_minor bridges_link bridges_major bridges_highway",
  casing:
    "tunnel_other_casing tunnel_minor_casing tunnel_link_casing tunnel_major_casing tunnel_highway_casing minor_service_casing " +
    "minor_casing link_casing major_casing_late highway_casing_late major_casing_early highway_casing_early " +
    "bridges_other_casing bridges_minor_casing bridges_link_casing bridges_major_casing bridges_highway_casing",
  rail: "railway",
  border: "boundaries",
  words: "roads_label_minor roads_label_major subplace_label city_label state_label country_label address_label",
  waterWords: "ocean_label",
  halo: "roads_label_minor_halo roads_label_major_halo subplace_label_halo city_label_halo state_label_halo address_label_halo",
};

// Draws the basemap under the pins. The plain ground gives way when the first tile is there, and not before: where tiles
// do not come, or are damaged, it simply stays.
export async function addBasemap(map, basemap) {
  const layer = basemap.type === "raster" ? raster(map, basemap) : await vector(map, basemap);
  layer.addTo(map);
}

function raster(map, { tiles, minZoom, maxZoom }) {
  // One zoom farther out four times as many tiles are drawn small; beyond that it would be too many.
  const from = Math.max(minZoom - 1, 0);
  const layer = window.L.tileLayer(tiles, {
    minZoom: from,
    maxZoom: map.getMaxZoom(),
    minNativeZoom: minZoom,
    maxNativeZoom: maxZoom,
    className: "basemap-raster",
  });
  layer.on("tileload", whenThere(map, from));
  // A relay that is busy says so at once; a moment later it may have the picture.
  layer.on("tileerror", ({ tile, coords }) => {
    if (tile.dataset.again) return;
    tile.dataset.again = "1";
    setTimeout(() => tile.isConnected && (tile.src = layer.getTileUrl(coords)), 2500 + 2500 * Math.random());
  });
  return layer;
}

async function vector(map, { archive, script, lang, dark }) {
  await loadScript(script);
  const { labelRules, leafletLayer, paintRules, PmtilesSource } = window.protomapsL;
  const reader = new PmtilesSource(new URL(archive, location).href, true).p;
  // The reader needs the header in any case; one that cannot be read ends the matter here.
  const { minZoom, maxZoom } = await reader.getHeader();
  const there = whenThere(map, minZoom);
  const getZxy = async (...asked) => {
    const found = await reader.getZxy(...asked);
    if (found) there();
    return found;
  };
  const colours = flavour(dark ? DARK : LIGHT);
  return leafletLayer({
    url: { getZxy },
    maxDataZoom: maxZoom,
    paintRules: paintRules(colours),
    labelRules: labelRules(colours, lang),
    backgroundColor: colours.earth,
    lang,
    attribution: "",
  });
}

// What to call when a tile has come. The plain ground comes back at zooms that the basemap does not have.
function whenThere(map, from) {
  let there = false;
  const say = () => map.getContainer().classList.toggle("has-basemap", there && map.getZoom() >= from);
  map.on("zoomend", say);
  return () => {
    if (there) return;
    there = true;
    say();
  };
}

function flavour(colours) {
  const named = Object.entries(USES).flatMap(([ours, theirs]) => theirs.split(" ").map((name) => [name, colours[ours]]));
  return Object.fromEntries(named);
}

function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}
