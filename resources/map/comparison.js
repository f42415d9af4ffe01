// @ts-check
/// <reference types="leaflet" />
/**
 * The comparison of two received pictures, over the picture: what is new, moved, changed and gone. Each has a shape of
 * its own beside its colour, and nothing of it is there while there is no comparison.
 */

import { FONT } from "./badges.js";
import { element } from "./panes.js";
import { screenX, screenY, worldX, worldY } from "./projection.js";
import { say, sayCount } from "./words.js";

/** @typedef {import("./projection.js").Frame} Frame */
/** @typedef {"new" | "moved" | "changed" | "gone"} Fate */
/** @typedef {{ fate: Fate, lon: number, lat: number, was: number[] | null, text: string }} Mark */
/** @typedef {{ x: number, y: number }} At */

/** @type {Fate[]} */
export const FATES = ["new", "moved", "changed", "gone"];
/** Signs on the badges; the words stand in the legend. @type {Record<Fate, string>} */
const SIGNS = { new: "+", moved: "", changed: "≠", gone: "" };
/** From this zoom on what is gone has its name, as symbols have theirs. */
const NAMED = 8;
/** Side of a sample in the legend, CSS pixels. */
const SAMPLE = 26;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Mark[]} marks
 * @param {number} side of a symbol, CSS pixels
 * @param {import("./theme.js").Palette} colours
 */
export function paintComparison(context, frame, marks, side, colours) {
  const reach = frame.pad + side * 2;
  for (const mark of marks) {
    const at = place(frame, mark.lon, mark.lat);
    const was = mark.was && place(frame, mark.was[0], mark.was[1]);
    const ends = was ? [at, was] : [at];
    if (ends.every(({ x }) => x < -reach) || ends.every(({ x }) => x > frame.width + reach)) continue;
    if (ends.every(({ y }) => y < -reach) || ends.every(({ y }) => y > frame.height + reach)) continue;
    if (was) arrow(context, was, at, side, colours);
    sign(context, mark.fate, at, side, colours);
    if (mark.fate === "gone" && mark.text && frame.zoom >= NAMED) name(context, mark.text, at, side, frame.size, colours);
  }
}

/**
 * @param {Frame} frame
 * @param {number} lon
 * @param {number} lat
 */
function place(frame, lon, lat) {
  return { x: screenX(frame, worldX(lon)), y: screenY(frame, worldY(lat)) };
}

/**
 * A stroke that is seen on every ground.
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {string} halo
 * @param {number} width
 * @param {() => void} path
 * @param {number[]} [dash]
 */
function stroke(context, colour, halo, width, path, dash = []) {
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const [ink, wide, pattern] of /** @type {[string, number, number[]][]} */ ([[halo, width + 3, []], [colour, width, dash]])) {
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
 * @param {Fate} fate
 * @param {At} at
 * @param {number} side
 * @param {import("./theme.js").Palette} colours
 */
function sign(context, fate, { x, y }, side, colours) {
  const colour = colours.fates[fate];
  const r = side * 0.86;
  if (fate === "new") {
    stroke(context, colour, colours.halo, 3, () => context.arc(x, y, r, 0, 2 * Math.PI));
  } else if (fate === "changed") {
    stroke(context, colour, colours.halo, 3, () => {
      context.moveTo(x, y - r * 1.25);
      for (const [dx, dy] of [[1, 0], [0, 1], [-1, 0]]) context.lineTo(x + dx * r * 1.25, y + dy * r * 1.25);
      context.closePath();
    });
  } else if (fate === "gone") {
    const s = r * 0.75;
    stroke(context, colour, colours.halo, 2.5, () => context.rect(x - s, y - s, 2 * s, 2 * s), [5, 5]);
    stroke(context, colour, colours.halo, 3, () => {
      context.moveTo(x - s, y - s);
      context.lineTo(x + s, y + s);
      context.moveTo(x + s, y - s);
      context.lineTo(x - s, y + s);
    });
  }
  if (SIGNS[fate]) badge(context, SIGNS[fate], { x: x + r * 0.8, y: y - r * 0.8 }, side, colour, colours.halo);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {At} at
 * @param {number} side
 * @param {string} colour
 * @param {string} halo
 */
function badge(context, text, { x, y }, side, colour, halo) {
  context.beginPath();
  context.arc(x, y, Math.max(side * 0.24, 5), 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = halo;
  context.stroke();
  context.font = `700 ${Math.max(9, Math.round(side * 0.38))}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = halo;
  context.fillText(text, x, y + side * 0.02);
}

/**
 * From the old place, an open ring, to the edge of the symbol at the new one.
 * @param {CanvasRenderingContext2D} context
 * @param {At} from
 * @param {At} to
 * @param {number} side
 * @param {import("./theme.js").Palette} colours
 */
function arrow(context, from, to, side, colours) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const far = Math.hypot(dx, dy);
  const { fates: { moved: colour }, halo } = colours;
  const r = side * 0.2;
  stroke(context, colour, halo, 2.5, () => context.arc(from.x, from.y, r, 0, 2 * Math.PI));
  // So near that the symbol lies over both: the way is told by the ring around it and by the list.
  const room = side * 0.62;
  if (far <= room + r) {
    stroke(context, colour, halo, 2.5, () => context.arc(to.x, to.y, side * 0.78, 0, 2 * Math.PI), [7, 5]);
    return;
  }
  const [ux, uy] = [dx / far, dy / far];
  const tip = { x: to.x - ux * room, y: to.y - uy * room };
  stroke(context, colour, halo, 2.5, () => {
    context.moveTo(from.x + ux * r, from.y + uy * r);
    context.lineTo(tip.x - ux * side * 0.3, tip.y - uy * side * 0.3);
  }, [7, 5]);
  const head = side * 0.34;
  context.beginPath();
  context.moveTo(tip.x, tip.y);
  context.lineTo(tip.x - ux * head - uy * head * 0.55, tip.y - uy * head + ux * head * 0.55);
  context.lineTo(tip.x - ux * head + uy * head * 0.55, tip.y - uy * head - ux * head * 0.55);
  context.closePath();
  context.lineWidth = 3;
  context.strokeStyle = halo;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
}

/**
 * The name of what is gone, struck through.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {At} at
 * @param {number} side
 * @param {number} size
 * @param {import("./theme.js").Palette} colours
 */
function name(context, text, { x, y }, side, size, colours) {
  const short = text.length > 32 ? `${text.slice(0, 31)}…` : text;
  const down = y + side * 0.95;
  context.font = `600 ${Math.round(12 * size)}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = colours.halo;
  context.strokeText(short, x, down);
  context.fillStyle = colours.fates.gone;
  context.fillText(short, x, down);
  const half = context.measureText(short).width / 2;
  context.lineWidth = 1.5;
  context.strokeStyle = colours.fates.gone;
  context.beginPath();
  context.moveTo(x - half, down);
  context.lineTo(x + half, down);
  context.stroke();
}

/** What the marks mean and how many there are, on the map beside them. */
export class ComparisonLegend {
  /** @param {L.Map} map */
  constructor(map) {
    this.box = element(map.getContainer(), "qroc-comparison");
    this.box.hidden = true;
    this.box.setAttribute("role", "note");
    this.head = element(this.box, "qroc-comparison-head");
    this.detail = element(this.box, "qroc-comparison-detail");
    /** @type {Record<string, { row: HTMLElement, sample: HTMLCanvasElement, words: HTMLElement }>} */
    this.rows = {};
    for (const fate of FATES) {
      const row = element(this.box, "qroc-comparison-row");
      const sample = /** @type {HTMLCanvasElement} */ (element(row, "qroc-comparison-sample", "canvas"));
      this.rows[fate] = { row, sample, words: element(row, "qroc-comparison-words", "span") };
    }
    this.title = "";
    /** @type {Mark[]} */
    this.marks = [];
  }

  /**
   * @param {string} title what is compared with what; empty for no comparison
   * @param {Mark[]} marks
   * @param {import("./theme.js").Palette} colours
   */
  show(title, marks, colours) {
    this.title = title;
    this.marks = marks;
    this.box.hidden = !title;
    if (!title) return;
    this.head.textContent = say("comparison");
    this.detail.textContent = title;
    for (const fate of FATES) {
      const { row, sample, words } = this.rows[fate];
      const count = marks.filter((mark) => mark.fate === fate).length;
      row.classList.toggle("qroc-comparison-none", !count);
      words.textContent = `${sayCount(count)} ${say(`fate_${fate}`)}`;
      this.sample(sample, fate, colours);
    }
  }

  /** Words or colours are others. @param {import("./theme.js").Palette} colours */
  renew(colours) {
    this.show(this.title, this.marks, colours);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Fate} fate
   * @param {import("./theme.js").Palette} colours
   */
  sample(canvas, fate, colours) {
    const dpr = globalThis.devicePixelRatio || 1;
    canvas.width = canvas.height = SAMPLE * dpr;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    const middle = { x: SAMPLE / 2, y: SAMPLE / 2 };
    if (fate === "moved") arrow(context, { x: 4.5, y: SAMPLE - 5 }, { x: SAMPLE + 4, y: -4 }, 16, colours);
    else sign(context, fate, fate === "new" || fate === "changed" ? { x: middle.x - 1.5, y: middle.y + 1.5 } : middle, 11.5, colours);
  }
}
