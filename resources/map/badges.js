// @ts-check
/** Small signs drawn from code: priority by shape and colour, clusters, age. */

import { PRIORITIES } from "./theme.js";

/**
 * Begin a regular figure; 0 sides make a circle, 4 stand on a corner.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number} sides
 */
export function figure(context, x, y, radius, sides) {
  context.beginPath();
  if (!sides) {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  // Few corners hold less area at the same radius; they are made larger so that none looks less urgent.
  const reach = radius * (sides === 3 ? 1.35 : sides === 4 ? 1.2 : 1.08);
  const down = sides === 3 ? radius * 0.2 : 0;
  for (let i = 0; i < sides; i += 1) {
    const angle = -Math.PI / 2 + (2 * Math.PI * i) / sides;
    context.lineTo(x + reach * Math.cos(angle), y + down + reach * Math.sin(angle));
  }
  context.closePath();
}

/**
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number} priority
 * @param {string} edge
 */
export function priorityBadge(context, x, y, radius, priority, edge) {
  const look = PRIORITIES[priority] ?? PRIORITIES[4];
  figure(context, x, y, radius, look.sides);
  context.lineJoin = "round";
  context.lineWidth = 2.5;
  context.strokeStyle = edge;
  context.stroke();
  context.fillStyle = look.fill;
  context.fill();
  if (!look.mark) return;
  context.fillStyle = "#ffffff";
  context.fillRect(x - radius * 0.14, y - radius * 0.55, radius * 0.28, radius * 0.7);
  context.fillRect(x - radius * 0.14, y + radius * 0.35, radius * 0.28, radius * 0.28);
}

/**
 * A disc that says how many and, in its ring and its badge, how urgent the most urgent is.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} text
 * @param {number} priority
 * @param {import("./theme.js").Palette} palette
 */
export function clusterDisc(context, x, y, radius, text, priority, palette) {
  const look = PRIORITIES[priority] ?? PRIORITIES[4];
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.halo;
  context.fill();
  context.lineWidth = Math.max(3, radius * 0.2);
  context.strokeStyle = look.fill;
  context.beginPath();
  context.arc(x, y, radius - context.lineWidth / 2, 0, 2 * Math.PI);
  context.stroke();
  context.lineWidth = 1;
  context.strokeStyle = palette.text;
  context.globalAlpha *= 0.55;
  context.beginPath();
  context.arc(x, y, radius + 0.5, 0, 2 * Math.PI);
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = palette.text;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `600 ${Math.round(radius * (text.length > 4 ? 0.58 : 0.68))}px ${FONT}`;
  context.fillText(text, x, y + 0.5);
  if (priority < 4) priorityBadge(context, x + radius * 0.72, y - radius * 0.72, Math.max(4.5, radius * 0.3), priority, palette.halo);
}

/**
 * How many more there are, on a plate as wide as the number.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius half the plate's height
 * @param {string} text
 * @param {import("./theme.js").Palette} palette
 */
export function countMark(context, x, y, radius, text, palette) {
  context.font = `700 ${Math.round(radius * 1.5)}px ${FONT}`;
  const half = Math.max(radius, context.measureText(text).width / 2 + radius * 0.4);
  context.beginPath();
  context.roundRect(x - half, y - radius, 2 * half, 2 * radius, radius);
  context.fillStyle = palette.text;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = palette.halo;
  context.stroke();
  context.fillStyle = palette.halo;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y + 0.5);
}

/** @param {number} count */
export function clusterRadius(count) {
  return Math.min(34, 13 + 4.2 * Math.log10(count));
}

/**
 * A small clock: this information is out of date.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {import("./theme.js").Palette} palette
 */
export function ageMark(context, x, y, radius, palette) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = palette.halo;
  context.fill();
  context.lineWidth = 1.4;
  context.strokeStyle = palette.text;
  context.stroke();
  context.beginPath();
  context.moveTo(x, y - radius * 0.62);
  context.lineTo(x, y);
  context.lineTo(x + radius * 0.5, y + radius * 0.2);
  context.stroke();
}

export const FONT = '"Noto Sans", "Segoe UI", "DejaVu Sans", system-ui, sans-serif';
