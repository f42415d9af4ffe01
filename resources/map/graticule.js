// @ts-check
/** Lines of latitude and longitude at a distance that suits the zoom, with their degrees. */

import { FONT } from "./badges.js";
import { screenX, screenY, worldX, worldY } from "./projection.js";

/** Seconds of arc between lines. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18000, 36000, 54000, 108000];
const APART = 110;

/** @typedef {import("./projection.js").Frame} Frame */

/** @param {Frame} frame */
export function stepFor(frame) {
  const perSecond = frame.scale / 360 / 3600;
  return STEPS.find((step) => step * perSecond >= APART) ?? STEPS[STEPS.length - 1];
}

/**
 * @param {number} seconds of arc
 * @param {string} letters positive and negative, `NS` or `EW`
 * @param {number} step
 */
export function degrees(seconds, letters, step) {
  const whole = Math.abs(seconds);
  const parts = [`${Math.floor(whole / 3600)}°`];
  if (step % 3600) parts.push(`${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}′`);
  if (step % 60) parts.push(`${String(whole % 60).padStart(2, "0")}″`);
  return parts.join("") + (seconds === 0 ? "" : letters[seconds > 0 ? 0 : 1]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {import("./theme.js").Palette} palette
 */
export function drawGraticule(context, frame, palette) {
  const step = stepFor(frame);
  const { pad, width, height, scale } = frame;
  const lonAt = (/** @type {number} */ x) => ((x + frame.x0) / scale - 0.5) * 360;
  const latAt = (/** @type {number} */ y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + frame.y0)) / scale))) * 180) / Math.PI;
  context.lineWidth = 1;
  context.strokeStyle = palette.grid;
  context.beginPath();
  /** @type {[string, number, number][]} */
  const labels = [];
  for (let s = Math.ceil((lonAt(0) * 3600) / step) * step; s <= lonAt(width) * 3600; s += step) {
    const x = Math.round((s / 3600 / 360 + 0.5) * scale - frame.x0) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
    const east = ((((s + 648000) % 1296000) + 1296000) % 1296000) - 648000;
    labels.push([degrees(east, "EW", step), x, pad + 12]);
  }
  const top = Math.min(85, latAt(0)) * 3600;
  for (let s = Math.ceil((Math.max(-85, latAt(height)) * 3600) / step) * step; s <= top; s += step) {
    const y = Math.round(screenY(frame, worldY(s / 3600))) + 0.5;
    context.moveTo(0, y);
    context.lineTo(width, y);
    labels.push([degrees(s, "NS", step), pad + 30, y]);
  }
  context.stroke();
  write(context, labels, palette, frame.size);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[string, number, number][]} labels
 * @param {import("./theme.js").Palette} palette
 * @param {number} size
 */
export function write(context, labels, palette, size) {
  context.font = `600 ${Math.round(11 * size)}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = palette.halo;
  context.fillStyle = palette.gridText;
  for (const [text, x, y] of labels) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

/**
 * @param {Frame} frame
 * @param {number} lon
 * @param {number} lat
 */
export function place(frame, lon, lat) {
  return { x: screenX(frame, worldX(lon)), y: screenY(frame, worldY(lat)) };
}
