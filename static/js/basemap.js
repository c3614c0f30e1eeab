// The vector basemap, in the colours of the page. Loaded after the first paint, and only where a city has one.

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

// Draws the archive under the pins; without it, or without its renderer, the plain ground stays.
export async function addBasemap(map, { archive, script, lang, dark }) {
  const [deepest] = await Promise.all([deepestZoom(archive), loadScript(script)]);
  const { labelRules, leafletLayer, paintRules } = window.protomapsL;
  const colours = flavour(dark ? DARK : LIGHT);
  leafletLayer({
    url: new URL(archive, location).href,
    maxDataZoom: deepest,
    paintRules: paintRules(colours),
    labelRules: labelRules(colours, lang),
    backgroundColor: colours.earth,
    lang,
    attribution: "",
  }).addTo(map);
  map.getContainer().classList.add("has-basemap");
}

function flavour(colours) {
  const named = Object.entries(USES).flatMap(([ours, theirs]) => theirs.split(" ").map((name) => [name, colours[ours]]));
  return Object.fromEntries(named);
}

// The header of an archive: "PMTiles" and version 3, then where its parts are; byte 101 is the deepest zoom.
async function deepestZoom(archive) {
  const answer = await fetch(archive, { headers: { Range: "bytes=0-126" } });
  if (answer.status !== 206) throw new Error(answer.status);
  const header = new Uint8Array(await answer.arrayBuffer());
  const begin = String.fromCharCode(...header.subarray(0, 7));
  if (begin !== "PMTiles" || header[7] !== 3) throw new Error(begin);
  return header[101];
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
