// @ts-check
/** Lines, areas, circles, range rings and tracks, on canvas. */

import { away, circle } from "./geodesy.js";
import { screenX, screenY, worldX, worldY } from "./projection.js";

/** @typedef {import("./projection.js").Frame} Frame */
/** @typedef {import("./picture.js").ShapeData} ShapeData */
/** @typedef {{ points: Float64Array, closed: boolean }} Path x, y, x, y, ... in world coordinates */
/** @typedef {{ paths: Path[], filled: boolean, west: number, north: number, east: number, south: number }} Outline */

/**
 * @param {ArrayLike<number>[]} positions
 * @param {boolean} closed
 * @returns {Path}
 */
function path(positions, closed) {
  const points = new Float64Array(positions.length * 2);
  positions.forEach((position, i) => {
    points[2 * i] = worldX(position[0]);
    points[2 * i + 1] = worldY(position[1]);
  });
  return { points, closed };
}

/**
 * @param {ShapeData} shape
 * @returns {Path[]}
 */
function paths(shape) {
  const { type, coordinates } = shape;
  const radii = [...(shape.radius_m ? [shape.radius_m] : []), ...(shape.rings_m ?? [])];
  if (type === "Point") return radii.map((radius) => path(circle(coordinates, radius), true));
  if (type === "LineString") return [path(coordinates, false)];
  if (type === "MultiLineString") return coordinates.map((/** @type {any} */ line) => path(line, false));
  if (type === "Polygon") return coordinates.map((/** @type {any} */ ring) => path(ring, true));
  if (type === "MultiPolygon") return coordinates.flat(1).map((/** @type {any} */ ring) => path(ring, true));
  return [];
}

/**
 * What a shape is on the map; computed once and kept by the caller.
 * @param {ShapeData} shape
 * @returns {Outline}
 */
export function outline(shape) {
  const found = paths(shape);
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { points } of found) {
    for (let i = 0; i < points.length; i += 2) {
      west = Math.min(west, points[i]);
      east = Math.max(east, points[i]);
      north = Math.min(north, points[i + 1]);
      south = Math.max(south, points[i + 1]);
    }
  }
  const filled = shape.type.endsWith("Polygon") || shape.radius_m !== undefined && shape.radius_m !== null;
  return { paths: found, filled, west, north, east, south };
}

/**
 * Whether any of it can be seen.
 * @param {Frame} frame
 * @param {Outline} drawn
 */
export function inFrame(frame, drawn) {
  const shift = shiftOf(frame, drawn);
  const left = (drawn.west + shift) * frame.scale - frame.x0;
  const right = (drawn.east + shift) * frame.scale - frame.x0;
  const top = screenY(frame, drawn.north);
  const bottom = screenY(frame, drawn.south);
  return right >= 0 && bottom >= 0 && left <= frame.width && top <= frame.height;
}

/**
 * Which copy of the world a shape is drawn on.
 * @param {Frame} frame
 * @param {Outline} drawn
 */
export function shiftOf(frame, drawn) {
  return -Math.round((drawn.west + drawn.east) / 2 - frame.middle);
}

/**
 * Begin a path of all its lines.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Outline} drawn
 */
export function trace(context, frame, drawn) {
  const shift = shiftOf(frame, drawn);
  context.beginPath();
  for (const { points, closed } of drawn.paths) {
    let lastX = NaN;
    let lastY = NaN;
    for (let i = 0; i < points.length; i += 2) {
      const x = (points[i] + shift) * frame.scale - frame.x0;
      const y = points[i + 1] * frame.scale - frame.y0;
      if (i === 0) context.moveTo(x, y);
      // Less than half a pixel on is not seen and costs as much as any other.
      else if (Math.abs(x - lastX) + Math.abs(y - lastY) > 0.5 || i >= points.length - 2) context.lineTo(x, y);
      else continue;
      lastX = x;
      lastY = y;
    }
    if (closed) context.closePath();
  }
}

/**
 * @typedef {object} Stroke
 * @property {string} stroke
 * @property {string} fill
 * @property {number} width
 * @property {number} fillOpacity
 * @property {number[]} dash
 */

/**
 * @param {import("./picture.js").StyleData} style
 * @param {string} colour where the style has none
 * @returns {Stroke}
 */
export function strokeOf(style, colour) {
  return {
    stroke: style.stroke ?? colour,
    fill: style.fill ?? style.stroke ?? colour,
    width: Math.max(0.5, Math.min(20, style.width ?? 2.5)),
    fillOpacity: style.fill_opacity ?? 0.14,
    dash: style.dash ?? [],
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Outline} drawn
 * @param {Stroke} look
 * @param {string} halo
 */
export function drawShape(context, frame, drawn, look, halo) {
  const alpha = context.globalAlpha;
  trace(context, frame, drawn);
  if (drawn.filled) {
    context.globalAlpha = alpha * look.fillOpacity;
    context.fillStyle = look.fill;
    context.fill("evenodd");
  }
  context.lineJoin = "round";
  context.lineCap = look.dash.length ? "butt" : "round";
  context.globalAlpha = alpha * 0.7;
  context.lineWidth = look.width + 2.5;
  context.strokeStyle = halo;
  context.stroke();
  context.globalAlpha = alpha;
  context.setLineDash(look.dash);
  context.lineWidth = look.width;
  context.strokeStyle = look.stroke;
  context.stroke();
  context.setLineDash([]);
}

/**
 * The way of a track: an arrowhead at its end, a dot at each position where they stand apart.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Outline} drawn
 * @param {Stroke} look
 */
export function drawWay(context, frame, drawn, look) {
  const shift = shiftOf(frame, drawn);
  for (const { points } of drawn.paths) {
    context.fillStyle = look.stroke;
    let [lastX, lastY] = [NaN, NaN];
    for (let i = 0; i < points.length; i += 2) {
      const x = (points[i] + shift) * frame.scale - frame.x0;
      const y = points[i + 1] * frame.scale - frame.y0;
      if (Math.hypot(x - lastX, y - lastY) < 14) continue;
      context.beginPath();
      context.arc(x, y, look.width * 0.9 + 0.6, 0, 2 * Math.PI);
      context.fill();
      [lastX, lastY] = [x, y];
    }
  }
}

/**
 * The length of each ring, at its top.
 * @param {Frame} frame
 * @param {ShapeData} shape
 * @param {(text: string, x: number, y: number) => void} write
 * @param {(metres: number) => string} say
 */
export function ringLabels(frame, shape, write, say) {
  for (const radius of shape.rings_m ?? []) {
    const [lon, lat] = away(shape.coordinates, radius, 0);
    write(say(radius), screenX(frame, worldX(lon)), screenY(frame, worldY(lat)));
  }
}

/**
 * How far a point of the canvas is from a shape; 0 inside an area.
 * @param {Frame} frame
 * @param {Outline} drawn
 * @param {number} x
 * @param {number} y
 */
export function distanceTo(frame, drawn, x, y) {
  const shift = shiftOf(frame, drawn);
  let nearest = Infinity;
  let inside = false;
  for (const { points, closed } of drawn.paths) {
    const count = points.length;
    for (let i = closed ? 0 : 2; i < count; i += 2) {
      const before = i === 0 ? count - 2 : i - 2;
      const ax = (points[before] + shift) * frame.scale - frame.x0 - x;
      const ay = points[before + 1] * frame.scale - frame.y0 - y;
      const bx = (points[i] + shift) * frame.scale - frame.x0 - x;
      const by = points[i + 1] * frame.scale - frame.y0 - y;
      nearest = Math.min(nearest, toSegment(ax, ay, bx, by));
      if (drawn.filled && ay > 0 !== by > 0 && ax + ((bx - ax) * -ay) / (by - ay) > 0) inside = !inside;
    }
  }
  return inside ? 0 : nearest;
}

/**
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function toSegment(ax, ay, bx, by) {
  const dx = bx - ax;
  const dy = by - ay;
  const square = dx * dx + dy * dy;
  const t = square ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / square)) : 0;
  return Math.hypot(ax + t * dx, ay + t * dy);
}
