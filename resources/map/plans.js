// @ts-check
/// <reference types="leaflet" />
/**
 * Secret plans over the picture: where somebody means to go, what waits for the director, what was accepted. They are no
 * items: they come from this seat's own panel and end with it.
 */

import { FONT } from "./badges.js";
import { element } from "./panes.js";
import { screenX, screenY, worldX, worldY } from "./projection.js";
import { say } from "./words.js";

/** @typedef {import("./projection.js").Frame} Frame */
/** @typedef {"draft" | "waiting" | "under-way" | "ruled"} State */
/** @typedef {{ points: number[][], state: State, hide: boolean, chosen: boolean }} Line */
/** @typedef {{ lon: number, lat: number, state: State, text: string, strong: boolean }} Mark */
/** @typedef {{ lines: Line[], marks: Mark[] }} Plans */
/** @typedef {{ x: number, y: number }} At */
/** @typedef {[number, number, number, number]} Box west, north, east, south of a text, CSS pixels */

/** @type {State[]} in the order of the legend */
const STATES = ["draft", "waiting", "under-way", "ruled"];
/** @type {Record<State, number[]>} */
const DASHES = { draft: [2, 7], waiting: [11, 7], "under-way": [], ruled: [] };
const WIDTH = 3.5;
/** From this zoom on the minutes on the way have their time, as the ends of legs always have. */
const MINUTES = 12;
const SAMPLE = { width: 40, height: 16 };

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {Plans} plans
 * @param {import("./theme.js").Palette} colours
 */
export function paintPlans(context, frame, plans, colours) {
  for (const line of plans.lines) {
    const way = line.points.map(([lon, lat]) => place(frame, lon, lat));
    if (way.length > 1) drawWay(context, way, line.state, line.chosen, line.hide, colours);
    else if (way.length) wait(context, way[0], line.state, line.hide, frame.size, colours);
  }
  /** @type {Box[]} */
  const taken = [];
  const ends = plans.marks.filter((mark) => mark.strong);
  const seen = [...ends, ...plans.marks.filter((other) => !other.strong)]
    .map((mark) => ({ mark, at: place(frame, mark.lon, mark.lat) }))
    .filter(({ at: { x, y } }) => x > -frame.pad && y > -frame.pad && x < frame.width + frame.pad && y < frame.height + frame.pad);
  for (const { mark, at } of seen) dot(context, at, (mark.strong ? 5 : 2.8) * frame.size, mark.state, colours);
  // Texts after all dots: what is written is to be read.
  for (const { mark, at } of seen) {
    if (mark.text && (mark.strong || frame.zoom >= MINUTES)) write(context, mark, at, frame.size, taken, colours);
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
 * @param {CanvasRenderingContext2D} context
 * @param {At[]} way
 * @param {State} state
 * @param {boolean} chosen
 * @param {boolean} hide
 * @param {import("./theme.js").Palette} colours
 */
function drawWay(context, way, state, chosen, hide, colours) {
  context.lineCap = "round";
  context.lineJoin = "round";
  /** @type {[string, number, number[]][]} */
  const strokes = [[colours.halo, WIDTH + 4, []], [colours.plan, WIDTH, DASHES[state]]];
  if (chosen) strokes.unshift([colours.select, WIDTH + 9, []]);
  for (const [ink, wide, dash] of strokes) {
    context.strokeStyle = ink;
    context.lineWidth = wide;
    context.setLineDash(dash);
    context.beginPath();
    way.forEach(({ x, y }, i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
  }
  context.setLineDash([]);
  if (hide) middles(context, way, colours);
}

/**
 * A leg that is gone in hiding has bars across it.
 * @param {CanvasRenderingContext2D} context
 * @param {At[]} way
 * @param {import("./theme.js").Palette} colours
 */
function middles(context, way, colours) {
  let left = 14;
  context.strokeStyle = colours.plan;
  context.lineWidth = 2;
  for (let i = 1; i < way.length; i++) {
    const [from, to] = [way[i - 1], way[i]];
    const far = Math.hypot(to.x - from.x, to.y - from.y);
    while (far > 0 && left <= far) {
      const [ux, uy] = [(to.x - from.x) / far, (to.y - from.y) / far];
      const [x, y] = [from.x + ux * left, from.y + uy * left];
      context.beginPath();
      context.moveTo(x - uy * 6, y + ux * 6);
      context.lineTo(x + uy * 6, y - ux * 6);
      context.stroke();
      left += 28;
    }
    left -= far;
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {At} at
 * @param {State} state
 * @param {boolean} hide
 * @param {number} size
 * @param {import("./theme.js").Palette} colours
 */
function wait(context, { x, y }, state, hide, size, colours) {
  context.lineCap = "round";
  /** @type {[string, number, number[]][]} */
  const strokes = [[colours.halo, WIDTH + 3, []], [colours.plan, WIDTH - 0.5, DASHES[state]]];
  for (const [ink, wide, dash] of strokes) {
    context.strokeStyle = ink;
    context.lineWidth = wide;
    context.setLineDash(dash);
    context.beginPath();
    if (hide) context.rect(x - 11 * size, y - 11 * size, 22 * size, 22 * size);
    else context.arc(x, y, 11 * size, 0, 2 * Math.PI);
    context.stroke();
  }
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {At} at
 * @param {number} radius
 * @param {State} state
 * @param {import("./theme.js").Palette} colours
 */
function dot(context, { x, y }, radius, state, colours) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = state === "under-way" || state === "ruled" ? colours.plan : colours.plate;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = colours.plan;
  context.stroke();
}

/**
 * To the right of its place, where nothing stands yet; what finds no room is left out, and the table has it.
 * @param {CanvasRenderingContext2D} context
 * @param {Mark} mark
 * @param {At} at
 * @param {number} size
 * @param {Box[]} taken
 * @param {import("./theme.js").Palette} colours
 */
function write(context, mark, at, size, taken, colours) {
  const high = Math.round((mark.strong ? 13 : 11) * size);
  context.font = `${mark.strong ? 700 : 500} ${high}px ${FONT}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const wide = context.measureText(mark.text).width;
  const away = (mark.strong ? 14 : 9) * size;
  for (const [x, y] of [[at.x + away, at.y], [at.x - away - wide, at.y], [at.x - wide / 2, at.y - high - 4], [at.x - wide / 2, at.y + high + 4]]) {
    /** @type {Box} */
    const box = [x - 5, y - high / 2 - 5, x + wide + 5, y + high / 2 + 5];
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
    taken.push(box);
    if (mark.strong) {
      // The labels of the picture may lie under it.
      context.fillStyle = colours.plate;
      context.beginPath();
      context.roundRect(x - 4, y - high / 2 - 4, wide + 8, high + 8, 4);
      context.fill();
      context.lineWidth = 1.2;
      context.strokeStyle = colours.plan;
      context.stroke();
    } else {
      context.lineWidth = 4;
      context.strokeStyle = colours.halo;
      context.strokeText(mark.text, x, y);
    }
    context.fillStyle = colours.text;
    context.fillText(mark.text, x, y);
    return;
  }
}

/** Whose plan it is and what its lines mean. */
export class PlanLegend {
  /** @param {L.Map} map */
  constructor(map) {
    this.box = element(map.getContainer(), "qroc-plans");
    this.box.hidden = true;
    this.box.setAttribute("role", "note");
    this.head = element(this.box, "qroc-plans-head");
    this.detail = element(this.box, "qroc-plans-detail");
    /** @type {Record<string, { row: HTMLElement, sample: HTMLCanvasElement, words: HTMLElement }>} */
    this.rows = {};
    for (const state of STATES) {
      const row = element(this.box, "qroc-plans-row");
      const sample = /** @type {HTMLCanvasElement} */ (element(row, "qroc-plans-sample", "canvas"));
      this.rows[state] = { row, sample, words: element(row, "qroc-plans-words", "span") };
    }
    this.title = "";
    this.text = "";
    /** @type {Line[]} */
    this.lines = [];
  }

  /**
   * @param {string} title
   * @param {string} text
   * @param {Line[]} lines
   * @param {import("./theme.js").Palette} colours
   */
  show(title, text, lines, colours) {
    [this.title, this.text, this.lines] = [title, text, lines];
    this.box.hidden = !title;
    this.head.textContent = title;
    this.detail.textContent = text;
    for (const state of STATES) {
      const { row, sample, words } = this.rows[state];
      row.hidden = !lines.some((line) => line.state === state);
      row.style.display = row.hidden ? "none" : "";
      words.textContent = say(`plan_${state}`);
      this.sample(sample, state, colours);
    }
  }

  /** Words or colours are others. @param {import("./theme.js").Palette} colours */
  renew(colours) {
    this.show(this.title, this.text, this.lines, colours);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {State} state
   * @param {import("./theme.js").Palette} colours
   */
  sample(canvas, state, colours) {
    const dpr = globalThis.devicePixelRatio || 1;
    canvas.width = SAMPLE.width * dpr;
    canvas.height = SAMPLE.height * dpr;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    const y = SAMPLE.height / 2;
    drawWay(context, [{ x: 4, y }, { x: SAMPLE.width - 4, y }], state, false, false, colours);
  }
}
