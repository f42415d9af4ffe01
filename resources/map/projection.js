// @ts-check
/** Web Mercator as a unit square: x to the east, y to the south, both from 0 to 1. */

const LIMIT = 85.0511287798066;

/** @param {number} lon */
export function worldX(lon) {
  return lon / 360 + 0.5;
}

/** @param {number} lat */
export function worldY(lat) {
  const sine = Math.sin((Math.max(-LIMIT, Math.min(LIMIT, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Inverse of worldY, in degrees. @param {number} y */
export function latitude(y) {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
}

/**
 * What a canvas shows: world coordinates times `scale` minus the origin are its pixels (CSS pixels).
 * @typedef {object} Frame
 * @property {number} scale pixels of the whole world
 * @property {number} x0
 * @property {number} y0
 * @property {number} width
 * @property {number} height
 * @property {number} pad how far the canvas reaches beyond the map on each side
 * @property {number} zoom
 * @property {number} dpr
 * @property {number} size factor for symbols and text on very large screens
 * @property {number} middle world x of the centre: what is drawn is the copy of the world nearest to it
 */

/**
 * @param {Frame} frame
 * @param {number} x world coordinate
 */
export function screenX(frame, x) {
  return (x - Math.round(x - frame.middle)) * frame.scale - frame.x0;
}

/**
 * @param {Frame} frame
 * @param {number} y world coordinate
 */
export function screenY(frame, y) {
  return y * frame.scale - frame.y0;
}
