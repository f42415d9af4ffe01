// @ts-check
/** Lengths, areas and circles on the WGS84 ellipsoid, by GeographicLib. Positions are [lon, lat]. */

/** @typedef {[number, number]} Position */

const library = /** @type {any} */ (globalThis).geodesic;
const wgs84 = library.Geodesic.WGS84;

/**
 * @param {Position} a
 * @param {Position} b
 * @returns {number} metres
 */
export function distance(a, b) {
  return wgs84.Inverse(a[1], a[0], b[1], b[0], library.Geodesic.DISTANCE).s12;
}

/**
 * @param {Position[]} path
 * @returns {number} metres
 */
export function pathLength(path) {
  let total = 0;
  for (let i = 1; i < path.length; i += 1) total += distance(path[i - 1], path[i]);
  return total;
}

/**
 * @param {Position[]} ring not closed
 * @returns {number} square metres
 */
export function ringArea(ring) {
  if (ring.length < 3) return 0;
  const polygon = wgs84.Polygon(false);
  for (const [lon, lat] of ring) polygon.AddPoint(lat, lon);
  return Math.abs(polygon.Compute(false, true).area);
}

/**
 * @param {Position} centre
 * @param {number} radius metres
 * @param {number} [azimuth] degrees clockwise from north
 * @returns {Position} longitude beyond 180 where the way crosses the antimeridian
 */
export function away(centre, radius, azimuth = 90) {
  const flags = library.Geodesic.LATITUDE | library.Geodesic.LONGITUDE | library.Geodesic.LONG_UNROLL;
  const end = wgs84.Direct(centre[1], centre[0], azimuth, radius, flags);
  return [end.lon2, end.lat2];
}

/**
 * @param {Position} centre
 * @param {number} radius metres
 * @param {number} [corners]
 * @returns {Position[]} not closed
 */
export function circle(centre, radius, corners = 72) {
  return Array.from({ length: corners }, (_, i) => away(centre, radius, (360 * i) / corners));
}

/**
 * The geodesic through the points, with a point at least every 100 km: on a map it is bent.
 * @param {Position[]} path
 * @returns {Position[]}
 */
export function bent(path) {
  if (path.length < 2) return path.slice();
  /** @type {Position[]} */
  const points = [path[0]];
  for (let i = 1; i < path.length; i += 1) {
    const [a, b] = [path[i - 1], path[i]];
    const line = wgs84.InverseLine(a[1], a[0], b[1], b[0]);
    const parts = Math.min(200, Math.ceil(line.s13 / 1e5));
    for (let part = 1; part < parts; part += 1) {
      const at = line.Position((line.s13 * part) / parts);
      points.push([at.lon2, at.lat2]);
    }
    points.push(b);
  }
  return points;
}
