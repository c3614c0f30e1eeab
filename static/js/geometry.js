// Small geometry on the globe, good for the size of a city.

// Whether a GeoJSON polygon or multipolygon holds the point: an odd number of edges lies to one side of it.
export function holds(geometry, { lat, lng }) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  let inside = false;
  for (const ring of polygons.flat()) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [x1, y1] = ring[i];
      const [x2, y2] = ring[j];
      if (y1 > lat !== y2 > lat && lng < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}

// Metres between a point and something with lat and lon.
export function metres({ lat, lng }, other) {
  const north = (other.lat - lat) * 111_195;
  const east = (other.lon - lng) * 111_195 * Math.cos((lat * Math.PI) / 180);
  return Math.hypot(north, east);
}

export function nearest(point, places) {
  let best = null;
  for (const place of places) {
    const away = metres(point, place);
    if (!best || away < best.away) best = { place, away };
  }
  return best;
}
