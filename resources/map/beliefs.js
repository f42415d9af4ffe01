// @ts-check
/// <reference types="leaflet" />
/**
 * What a team believed beside the truth, over the picture of a review: from the place where it took somebody to be, an
 * open ring, a dashed way leads to where he truly was, a target. How far off and how old stands beside it.
 */

import { FONT } from "./badges.js";
import { element } from "./panes.js";
import { screenX, screenY, worldX, worldY } from "./projection.js";

/** @typedef {import("./projection.js").Frame} Frame */
/** @typedef {{ believed: number[] | null, truth: number[] | null, name: string, text: string }} Belief */
/** @typedef {{ x: number, y: number }} At */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */

/** From this zoom on the names stand beside the marks. */
const NAMED = 9;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Belief[]} beliefs
 * @param {number} side of a symbol, CSS pixels
 * @param {import("./theme.js").Palette} colours
 */
export function paintBeliefs(context, frame, beliefs, side, colours) {
  /** @type {Box[]} */
  const taken = [];
  for (const belief of beliefs) {
    const believed = belief.believed && place(frame, belief.believed);
    const truth = belief.truth && place(frame, belief.truth);
    if (believed && truth) way(context, believed, truth, side, colours);
    if (believed) ring(context, believed, side, colours);
    if (truth) target(context, truth, side, Boolean(believed), colours);
    const at = believed ?? truth;
    if (!at || frame.zoom < NAMED) continue;
    label(context, [belief.name, belief.text].filter(Boolean), at, side, frame.size, taken, colours);
  }
}

/**
 * Below the mark, above it where another label stands there, else further below: those who are close together are both
 * to be read.
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} lines
 * @param {At} at
 * @param {number} side
 * @param {number} size
 * @param {Box[]} taken
 * @param {import("./theme.js").Palette} colours
 */
function label(context, lines, at, side, size, taken, colours) {
  context.font = `600 ${Math.round(12 * size)}px ${FONT}`;
  const row = 14 * size;
  const half = Math.max(...lines.map((line) => context.measureText(shortened(line)).width)) / 2;
  const high = lines.length * row;
  const tops = [at.y + side * 1.25, at.y - side * 1.25 - high, at.y + side * 1.4 + high, at.y - side * 1.4 - 2 * high];
  const free = tops.find((top) => !taken.some((box) => overlap(box, { left: at.x - half, right: at.x + half, top, bottom: top + high })));
  const top = free ?? tops[0];
  taken.push({ left: at.x - half, right: at.x + half, top, bottom: top + high });
  lines.forEach((line, n) => write(context, shortened(line), { x: at.x, y: top + (n + 0.5) * row }, size, colours));
}

/**
 * @param {Box} a
 * @param {Box} b
 */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** @param {string} text */
function shortened(text) {
  return text.length > 34 ? `${text.slice(0, 33)}…` : text;
}

/**
 * @param {Frame} frame
 * @param {number[]} position lon, lat
 */
function place(frame, [lon, lat]) {
  return { x: screenX(frame, worldX(lon)), y: screenY(frame, worldY(lat)) };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./theme.js").Palette} colours
 * @param {number} width
 * @param {number[]} dash
 * @param {() => void} path
 */
function stroke(context, colours, width, dash, path) {
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const [ink, wide, pattern] of /** @type {[string, number, number[]][]} */ ([[colours.halo, width + 3, []], [colours.belief, width, dash]])) {
    context.strokeStyle = ink;
    context.lineWidth = wide;
    context.setLineDash(pattern);
    context.beginPath();
    path();
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {At} from
 * @param {At} to
 * @param {number} side
 * @param {import("./theme.js").Palette} colours
 */
function way(context, from, to, side, colours) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const far = Math.hypot(dx, dy);
  const room = side * 0.5;
  if (far <= 2 * room) return;
  const [ux, uy] = [dx / far, dy / far];
  stroke(context, colours, 2.5, [7, 6], () => {
    context.moveTo(from.x + ux * room, from.y + uy * room);
    context.lineTo(to.x - ux * room, to.y - uy * room);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {At} at
 * @param {number} side
 * @param {import("./theme.js").Palette} colours
 */
function ring(context, { x, y }, side, colours) {
  stroke(context, colours, 2.5, [], () => context.arc(x, y, side * 0.46, 0, 2 * Math.PI));
  context.font = `700 ${Math.round(side * 0.62)}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = colours.halo;
  context.strokeText("?", x, y + side * 0.03);
  context.fillStyle = colours.belief;
  context.fillText("?", x, y + side * 0.03);
}

/**
 * Around the symbol of the truth. Where nothing was known of it, it is dashed.
 * @param {CanvasRenderingContext2D} context
 * @param {At} at
 * @param {number} side
 * @param {boolean} known
 * @param {import("./theme.js").Palette} colours
 */
function target(context, { x, y }, side, known, colours) {
  const r = side * 0.86;
  stroke(context, colours, 2.5, known ? [] : [3, 6], () => context.arc(x, y, r, 0, 2 * Math.PI));
  stroke(context, colours, 2.5, [], () => {
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * r, y + dy * r);
      context.lineTo(x + dx * r * 1.35, y + dy * r * 1.35);
    }
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {At} at
 * @param {number} size
 * @param {import("./theme.js").Palette} colours
 */
function write(context, text, { x, y }, size, colours) {
  context.font = `600 ${Math.round(12 * size)}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = colours.halo;
  context.strokeText(text, x, y);
  context.fillStyle = colours.text;
  context.fillText(text, x, y);
}

/** Whose belief the marks show, on the map beside them. */
export class BeliefsNote {
  /** @param {L.Map} map */
  constructor(map) {
    this.box = element(map.getContainer(), "qroc-beliefs");
    this.box.hidden = true;
    this.box.setAttribute("role", "note");
  }

  /** @param {string} title empty for none */
  show(title) {
    this.box.hidden = !title;
    this.box.textContent = title;
  }
}
