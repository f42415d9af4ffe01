// @ts-check
/** Titles beside symbols, the most urgent first, none over another. */

import { FONT } from "./badges.js";

const LONGEST = 34;
const MOST = 350;
const CELL = 48;

/**
 * A title as it is written: without line breaks or control characters, cut where it is long.
 * @param {string} text
 */
export function short(text) {
  // Control and bidirectional formatting characters could make one title pass for another.
  const plain = text.replace(/[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  const letters = Array.from(plain);
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("").trimEnd()}…` : plain;
}

/** Boxes already taken, found by the cells they touch. */
export class Boxes {
  constructor() {
    /** @type {Map<number, number[][]>} */
    this.cells = new Map();
  }

  /**
   * @param {number[]} box left, top, right, bottom
   * @param {(list: number[][], key: number) => boolean} visit true to stop
   */
  each(box, visit) {
    for (let cx = Math.floor(box[0] / CELL); cx <= Math.floor(box[2] / CELL); cx += 1) {
      for (let cy = Math.floor(box[1] / CELL); cy <= Math.floor(box[3] / CELL); cy += 1) {
        const key = cx * 65536 + cy;
        if (visit(this.cells.get(key) ?? [], key)) return true;
      }
    }
    return false;
  }

  /** @param {number[]} box */
  free(box) {
    return !this.each(box, (list) => list.some((o) => o[0] < box[2] && o[2] > box[0] && o[1] < box[3] && o[3] > box[1]));
  }

  /** @param {number[]} box */
  take(box) {
    this.each(box, (list, key) => {
      if (!list.length) this.cells.set(key, list);
      list.push(box);
      return false;
    });
  }
}

/** @typedef {{ text: string, x: number, y: number, reach: number, alpha: number }} Wish */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Wish[]} wishes the most important first
 * @param {Boxes} taken
 * @param {import("./theme.js").Palette} palette
 * @param {number} size of the text
 */
export function drawLabels(context, wishes, taken, palette, size) {
  context.font = `500 ${size}px ${FONT}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  let drawn = 0;
  for (const wish of wishes) {
    if (drawn >= MOST) break;
    const width = context.measureText(wish.text).width;
    const place = placeFor(wish, width, size, taken);
    if (!place) continue;
    taken.take(place);
    drawn += 1;
    // A plate, not an outline: names of the base map below would be read into the title.
    context.globalAlpha = 0.84;
    context.fillStyle = palette.plate;
    context.beginPath();
    context.roundRect(place[0], place[1], place[2] - place[0], place[3] - place[1], 3);
    context.fill();
    context.globalAlpha = Math.max(0.7, wish.alpha);
    context.fillStyle = palette.text;
    context.fillText(wish.text, place[0] + 4, (place[1] + place[3]) / 2 + 0.5);
  }
  context.globalAlpha = 1;
}

/**
 * Right of the symbol, left of it, below it, above it: the first that is free.
 * @param {Wish} wish
 * @param {number} width
 * @param {number} size
 * @param {Boxes} taken
 */
function placeFor(wish, width, size, taken) {
  const { x, y, reach } = wish;
  const half = size * 0.72;
  const wide = width + 8;
  const places = [
    [x + reach + 2, y - half, x + reach + 2 + wide, y + half],
    [x - reach - 2 - wide, y - half, x - reach - 2, y + half],
    [x - wide / 2, y + reach + 1, x + wide / 2, y + reach + 1 + 2 * half],
    [x - wide / 2, y - reach - 1 - 2 * half, x + wide / 2, y - reach - 1],
  ];
  return places.find((place) => taken.free(place));
}
