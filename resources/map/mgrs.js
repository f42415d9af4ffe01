// @ts-check
/** The UTM/MGRS grid: its lines in each zone, named as in a military grid reference. */

import { place, write } from "./graticule.js";

/** @typedef {import("./projection.js").Frame} Frame */

/** WGS84 and UTM: Karney, Transverse Mercator with an accuracy of a few nanometers (2011), series to n^4. */
const A = 6378137;
const F = 1 / 298.257223563;
const N = F / (2 - F);
const E = Math.sqrt(F * (2 - F));
const K0 = 0.9996;
const RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const ALPHA = [
  N / 2 - (2 * N ** 2) / 3 + (5 * N ** 3) / 16 + (41 * N ** 4) / 180,
  (13 * N ** 2) / 48 - (3 * N ** 3) / 5 + (557 * N ** 4) / 1440,
  (61 * N ** 3) / 240 - (103 * N ** 4) / 140,
  (49561 * N ** 4) / 161280,
];
const BETA = [
  N / 2 - (2 * N ** 2) / 3 + (37 * N ** 3) / 96 - N ** 4 / 360,
  N ** 2 / 48 + N ** 3 / 15 - (437 * N ** 4) / 1440,
  (17 * N ** 3) / 480 - (37 * N ** 4) / 840,
  (4397 * N ** 4) / 161280,
];
const BANDS = "CDEFGHJKLMNPQRSTUVWXX";
const COLUMNS = ["ABCDEFGH", "JKLMNPQR", "STUVWXYZ"];
const ROWS = ["ABCDEFGHJKLMNPQRSTUV", "FGHJKLMNPQRSTUVABCDE"];
const STEPS = [10, 100, 1000, 10_000, 100_000];
const APART = 90;
const RAD = Math.PI / 180;

/**
 * @param {number} lon
 * @param {number} lat
 * @returns {number} 1 to 60, with the exceptions of Norway and Svalbard
 */
export function zoneOf(lon, lat) {
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;
  if (lat >= 72 && lon >= 0 && lon < 42) return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37;
  return (Math.floor((lon + 180) / 6) % 60) + 1;
}

/**
 * @param {number} lon
 * @param {number} lat
 * @param {number} zone
 * @returns {[number, number]} easting, northing in metres, south of the equator with the false northing
 */
export function toUtm(lon, lat, zone) {
  const phi = lat * RAD;
  const lambda = (lon - (zone * 6 - 183)) * RAD;
  const sine = Math.sin(phi);
  const t = Math.sinh(Math.atanh(sine) - E * Math.atanh(E * sine));
  const xi = Math.atan2(t, Math.cos(lambda));
  const eta = Math.atanh(Math.sin(lambda) / Math.hypot(1, t));
  let [x, y] = [eta, xi];
  ALPHA.forEach((a, i) => {
    const j = 2 * (i + 1);
    x += a * Math.cos(j * xi) * Math.sinh(j * eta);
    y += a * Math.sin(j * xi) * Math.cosh(j * eta);
  });
  return [500_000 + K0 * RADIUS * x, (lat < 0 ? 10_000_000 : 0) + K0 * RADIUS * y];
}

/**
 * @param {number} easting
 * @param {number} northing
 * @param {number} zone
 * @param {boolean} south
 * @returns {[number, number]} lon, lat
 */
export function fromUtm(easting, northing, zone, south) {
  const y = (northing - (south ? 10_000_000 : 0)) / (K0 * RADIUS);
  const x = (easting - 500_000) / (K0 * RADIUS);
  let [xi, eta] = [y, x];
  BETA.forEach((b, i) => {
    const j = 2 * (i + 1);
    xi -= b * Math.sin(j * y) * Math.cosh(j * x);
    eta -= b * Math.cos(j * y) * Math.sinh(j * x);
  });
  const target = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
  let t = target;
  for (let i = 0; i < 5; i += 1) {
    const sigma = Math.sinh(E * Math.atanh((E * t) / Math.hypot(1, t)));
    const value = t * Math.hypot(1, sigma) - sigma * Math.hypot(1, t);
    t += ((target - value) / Math.hypot(1, value)) * ((1 + (1 - E * E) * t * t) / ((1 - E * E) * Math.hypot(1, t)));
  }
  return [Math.atan2(Math.sinh(eta), Math.cos(xi)) / RAD + zone * 6 - 183, Math.atan(t) / RAD];
}

/**
 * Letters of the 100 km square.
 * @param {number} easting
 * @param {number} northing
 * @param {number} zone
 */
export function square(easting, northing, zone) {
  const column = COLUMNS[(zone - 1) % 3][Math.floor(easting / 100_000) - 1] ?? "";
  return column + ROWS[(zone - 1) % 2][Math.floor(northing / 100_000) % 20];
}

/**
 * @param {number} zone
 * @param {number} lat
 */
export function designator(zone, lat) {
  return `${zone}${BANDS[Math.floor((lat + 80) / 8)] ?? ""}`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {import("./theme.js").Palette} palette
 */
export function drawMgrs(context, frame, palette) {
  const bounds = boundsOf(frame);
  const metre = frame.scale / (2 * Math.PI * A * Math.cos(((bounds.south + bounds.north) / 2) * RAD));
  const step = STEPS.find((candidate) => candidate * metre >= APART);
  context.strokeStyle = palette.grid;
  context.lineWidth = 1;
  /** @type {[string, number, number][]} */
  const labels = [];
  for (const cell of cells(bounds)) {
    context.beginPath();
    edge(context, frame, cell);
    context.stroke();
    if (step) lines(context, frame, cell, step, bounds, labels);
    else label(frame, cell, designator(cell.zone, cell.south), labels);
  }
  write(context, labels, palette, frame.size);
}

/** @typedef {{ west: number, south: number, east: number, north: number }} Box */
/** @typedef {Box & { zone: number }} Cell */

/**
 * @param {Frame} frame
 * @returns {Box}
 */
function boundsOf(frame) {
  const lonAt = (/** @type {number} */ x) => ((x + frame.x0) / frame.scale - 0.5) * 360;
  const latAt = (/** @type {number} */ y) => Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + frame.y0)) / frame.scale))) / RAD;
  return {
    west: Math.max(-180, lonAt(0)), east: Math.min(180, lonAt(frame.width)),
    south: Math.max(-80, latAt(frame.height)), north: Math.min(84, latAt(0)),
  };
}

/**
 * Grid zones in view.
 * @param {Box} bounds
 * @returns {Cell[]}
 */
function cells(bounds) {
  const found = [];
  for (let south = -80 + 8 * Math.max(0, Math.floor((bounds.south + 80) / 8)); south < bounds.north && south < 80; south += 8) {
    const north = south === 72 ? 84 : south + 8;
    const edges = [];
    for (let lon = -180; lon <= 180; lon += 3) {
      if (lon === -180 || lon === 180 || zoneOf(lon, south) !== zoneOf(lon - 0.5, south)) edges.push(lon);
    }
    for (let i = 1; i < edges.length; i += 1) {
      const [west, east] = [edges[i - 1], edges[i]];
      if (east > bounds.west && west < bounds.east) found.push({ west, east, south, north, zone: zoneOf(west, south) });
    }
  }
  return found;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Cell} cell
 */
function edge(context, frame, cell) {
  const a = place(frame, cell.west, cell.north);
  const b = place(frame, cell.east - 1e-9, cell.south);
  context.moveTo(a.x, b.y);
  context.lineTo(a.x, a.y);
  context.lineTo(b.x, a.y);
}

/**
 * @param {Frame} frame
 * @param {Box} box
 * @param {string} text
 * @param {[string, number, number][]} labels
 */
function label(frame, box, text, labels) {
  const { x, y } = place(frame, (box.west + box.east) / 2, (box.south + box.north) / 2);
  labels.push([text, x, y]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Cell} cell
 * @param {number} step
 * @param {Box} bounds
 * @param {[string, number, number][]} labels
 */
function lines(context, frame, cell, step, bounds, labels) {
  const box = {
    west: Math.max(cell.west, bounds.west), east: Math.min(cell.east, bounds.east),
    south: Math.max(cell.south, bounds.south), north: Math.min(cell.north, bounds.north),
  };
  if (box.west >= box.east || box.south >= box.north) return;
  const south = cell.south < 0;
  const corners = [];
  for (const lon of [box.west, (box.west + box.east) / 2, box.east]) {
    for (const lat of [box.south, box.north]) corners.push(toUtm(lon, south ? Math.min(lat, -1e-9) : lat, cell.zone));
  }
  const eastings = corners.map(([e]) => e);
  const northings = corners.map(([, n]) => n);
  const range = (/** @type {number[]} */ values) => {
    const first = Math.floor(Math.min(...values) / step) * step;
    return Array.from({ length: Math.ceil((Math.max(...values) - first) / step) + 1 }, (_, i) => first + i * step);
  };
  const es = range(eastings);
  const ns = range(northings);
  context.save();
  const corner = place(frame, cell.west, cell.north);
  const opposite = place(frame, cell.east - 1e-9, cell.south);
  context.beginPath();
  context.rect(corner.x, corner.y, opposite.x - corner.x, opposite.y - corner.y);
  context.clip();
  context.beginPath();
  for (const e of es) run(context, frame, cell.zone, ns.map((n) => [e, n]), south);
  for (const n of ns) run(context, frame, cell.zone, es.map((e) => [e, n]), south);
  context.stroke();
  context.restore();
  for (const e of es) {
    for (const n of ns) name(frame, cell, box, e, n, step, south, labels);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {number} zone
 * @param {number[][]} points easting, northing
 * @param {boolean} south
 */
function run(context, frame, zone, points, south) {
  points.forEach(([e, n], i) => {
    const { x, y } = place(frame, ...fromUtm(e, n, zone, south));
    if (i) context.lineTo(x, y);
    else context.moveTo(x, y);
  });
}

/**
 * @param {Frame} frame
 * @param {Cell} cell
 * @param {Box} box
 * @param {number} e
 * @param {number} n
 * @param {number} step
 * @param {boolean} south
 * @param {[string, number, number][]} labels
 */
function name(frame, cell, box, e, n, step, south, labels) {
  const [lon, lat] = fromUtm(e + step / 2, n + step / 2, cell.zone, south);
  if (lon < box.west || lon > box.east || lat < box.south || lat > box.north) return;
  const digits = 5 - Math.log10(step);
  const part = (/** @type {number} */ v) => String(Math.floor((v % 100_000) / step)).padStart(digits, "0");
  const text = square(e + step / 2, n + step / 2, cell.zone) + (digits ? ` ${part(e)} ${part(n)}` : "");
  const { x, y } = place(frame, lon, lat);
  labels.push([digits ? text : `${designator(cell.zone, lat)} ${text}`, x, y]);
}
