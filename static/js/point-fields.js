// The two fields of a position, which a tap on a map fills in.

export function pointFields() {
  return [...document.querySelectorAll("#lat, #lon")];
}

// What is typed as a pair of numbers, also with a comma; null as long as it is none.
export function readPoint(fields) {
  const [lat, lng] = fields.map(({ value }) => (value.trim() ? Number(value.replace(",", ".")) : NaN));
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? [lat, lng] : null;
}

export function writePoint(fields, { lat, lng }) {
  [fields[0].value, fields[1].value] = [lat.toFixed(6), lng.toFixed(6)];
  fields[0].closest("details").open = true;
}
