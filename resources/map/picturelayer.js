// @ts-check
/** The picture on its canvas: shapes, symbols, clusters and labels. */

import { ageMark, clusterDisc, clusterRadius, countMark, FONT } from "./badges.js";
import { CanvasLayer } from "./canvaslayer.js";
import { Boxes, drawLabels, short } from "./labels.js";
import { screenX, screenY } from "./projection.js";
import { drawShape, drawWay, inFrame, outline, ringLabels, strokeOf } from "./shapes.js";
import { gather } from "./stacks.js";
import { palette } from "./theme.js";
import { sayAge, sayCount, sayLength } from "./words.js";

/** @typedef {import("./picture.js").Item} Item */
/** @typedef {import("./projection.js").Frame} Frame */
/** @typedef {{ visible: boolean, order: number, opacity: number, locked: boolean, source: string }} LayerLook */

/** @type {LayerLook} */
const PLAIN = { visible: true, order: 0, opacity: 1, locked: false, source: "" };
/** Types that stand as a symbol even where their shape is drawn. */
const SYMBOLS = new Set(["incident", "unit", "facility", "note", "track"]);
const STALE = 0.45;
const OVER = new Set(["resolved", "closed", "false-alarm"]);
/** With more symbols than this on the screen there is no room for titles. */
const CROWD = 1500;

/**
 * @param {Item} item
 * @param {number} now
 */
function isStale(item, now) {
  return item.staleAt !== null && item.staleAt <= now;
}

export class PictureLayer extends CanvasLayer {
  /**
   * @param {import("./picture.js").Picture} picture
   * @param {import("./sprites.js").Sprites} sprites
   */
  constructor(picture, sprites) {
    super("qrocPicture", "qroc-picture");
    this.picture = picture;
    this.sprites = sprites;
    this.palette = palette("light");
    /** @type {Map<string, LayerLook>} */
    this.looks = new Map();
    /** @type {Item[] | null} drawing order, lowest first */
    this.order = null;
    /** Side of a symbol in world coordinates that the stacks were made for; 0 where they are not. */
    this.stacked = 0;
    /** @type {((context: CanvasRenderingContext2D, frame: Frame) => void)[]} drawn below everything */
    this.under = [];
    /** @type {((context: CanvasRenderingContext2D, frame: Frame) => void)[]} drawn over shapes and below symbols */
    this.between = [];
    /** @type {((context: CanvasRenderingContext2D, frame: Frame) => void)[]} drawn above everything */
    this.over = [];
  }

  /** The picture or the layers changed. */
  changed() {
    this.order = null;
    this.invalidate();
  }

  /** @param {string} layer */
  look(layer) {
    return this.looks.get(layer) ?? PLAIN;
  }

  /** @param {Item} item */
  shown(item) {
    return this.look(item.layer).visible;
  }

  ordered() {
    if (this.order) return this.order;
    const items = [...this.picture.items.values()].filter((item) => this.shown(item));
    // Layer, then urgency, then from north to south, in one number; y lies between 0 and 1.
    for (const item of items) item.rank = (this.look(item.layer).order * 8 - item.priority) * 2 + (item.y || 0);
    items.sort((a, b) => a.rank - b.rank);
    this.order = items;
    this.stacked = 0;
    return items;
  }

  /** Gather what lies on one another, where the picture or the zoom is another than at the last time. @param {Frame} frame */
  stack(frame) {
    const items = this.ordered();
    const side = this.symbolSize(frame) / frame.scale;
    if (side === this.stacked) return;
    const now = this.picture.time();
    const symbols = items.filter((item) => this.hasSymbol(item));
    gather(symbols, side, (item) => OVER.has(item.status), (item) => isStale(item, now));
    this.stacked = side;
  }

  /** Side of a symbol in CSS pixels. @param {Frame} frame */
  symbolSize(frame) {
    return Math.round((frame.zoom >= 9 ? 38 : frame.zoom >= 6 ? 34 : 30) * frame.size);
  }

  /** @param {Item} item */
  hasSymbol(item) {
    return item.single && item.x === item.x && (!item.extent || item.sidc !== "" || SYMBOLS.has(item.type));
  }

  /**
   * @param {Item} item
   * @param {number} now
   */
  alpha(item, now) {
    const over = OVER.has(item.status) ? 0.6 : 1;
    return this.look(item.layer).opacity * Math.min(over, isStale(item, now) ? STALE : 1);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   */
  paint(context, frame) {
    for (const draw of this.under) draw(context, frame);
    const items = this.ordered();
    const now = this.picture.time();
    const taken = new Boxes();
    this.stack(frame);
    this.paintShapes(context, frame, items, now);
    for (const draw of this.between) draw(context, frame);
    const seen = this.paintSymbols(context, frame, items, now, taken);
    this.paintClusters(context, frame, taken);
    this.paintLabels(context, frame, seen, now, taken);
    for (const draw of this.over) draw(context, frame);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Item[]} items
   * @param {number} now
   */
  paintShapes(context, frame, items, now) {
    for (const item of items) {
      if (!item.extent) continue;
      const found = this.picture.shapes.get(item.id);
      if (!found) continue;
      found.drawn ??= outline(found.shape);
      if (!inFrame(frame, found.drawn)) continue;
      const look = strokeOf(found.style, this.palette.types[item.type] ?? this.palette.types.area);
      if (item.assessment && !look.dash.length) look.dash = [9, 5];
      context.globalAlpha = this.alpha(item, now);
      drawShape(context, frame, found.drawn, look, this.palette.halo);
      if (item.type === "track" || found.shape.times?.length) drawWay(context, frame, found.drawn, look);
      context.font = `500 ${Math.round(11 * frame.size)}px ${FONT}`;
      ringLabels(frame, found.shape, (text, x, y) => this.write(context, text, x, y), sayLength);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} text
   * @param {number} x
   * @param {number} y
   */
  write(context, text, x, y) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = this.palette.halo;
    context.strokeText(text, x, y);
    context.fillStyle = this.palette.text;
    context.fillText(text, x, y);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Item[]} items
   * @param {number} now
   * @param {Boxes} taken
   * @returns {Item[]} those that are on the canvas
   */
  paintSymbols(context, frame, items, now, taken) {
    const size = this.symbolSize(frame);
    const reach = size / 2;
    /** @type {Item[]} */
    const seen = [];
    this.sprites.begin();
    for (const item of items) {
      if (!this.hasSymbol(item)) {
        if (item.extent && item.single && item.title) seen.push(item);
        continue;
      }
      if (item.leader) continue;
      const x = screenX(frame, item.x);
      const y = screenY(frame, item.y);
      if (x < -size || y < -size || x > frame.width + size || y > frame.height + size) continue;
      seen.push(item);
      this.paintSymbol(context, frame, item, now);
    }
    for (const item of seen) this.paintCount(context, frame, item);
    this.sprites.end();
    context.globalAlpha = 1;
    if (seen.length <= CROWD) {
      for (const item of seen) {
        if (!this.hasSymbol(item)) continue;
        const x = screenX(frame, item.x);
        const y = screenY(frame, item.y);
        taken.take([x - reach, y - reach, x + reach, y + reach]);
      }
    }
    return seen;
  }

  /**
   * One symbol with its age, faded as the item is. The caller sets the opacity back.
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Item} item
   * @param {number} now
   */
  paintSymbol(context, frame, item, now) {
    const size = this.symbolSize(frame);
    const reach = size / 2;
    const x = screenX(frame, item.x);
    const y = screenY(frame, item.y);
    const alpha = this.alpha(item, now);
    if (alpha !== context.globalAlpha) context.globalAlpha = alpha;
    const sprite = this.sprites.get(item, size, frame.dpr, this.palette.halo);
    if (sprite) {
      // Whole pixels: a bitmap between two is blurred and costs twice as much to draw.
      const left = Math.round((x - sprite.side / 2) * frame.dpr) / frame.dpr;
      const top = Math.round((y - sprite.side / 2) * frame.dpr) / frame.dpr;
      context.drawImage(sprite.bitmap, left, top, sprite.side, sprite.side);
    } else {
      this.paintPlain(context, x, y, reach, item);
    }
    if (isStale(item, now)) {
      context.globalAlpha = 0.9;
      ageMark(context, x - reach * 0.74, y + reach * 0.74, size * 0.19, this.palette);
    }
  }

  /**
   * How many symbols are behind this one.
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Item} item
   */
  paintCount(context, frame, item) {
    const behind = item.behind.length;
    if (!behind || !this.hasSymbol(item)) return;
    const { x, y, radius } = this.countAt(frame, item);
    context.globalAlpha = 1;
    countMark(context, x, y, radius, `+${sayCount(behind)}`, this.palette);
  }

  /**
   * Where that number stands: below a symbol and to its right, apart from priority and age.
   * @param {Frame} frame
   * @param {Item} item
   */
  countAt(frame, item) {
    const size = this.symbolSize(frame);
    return {
      x: screenX(frame, item.x) + size * 0.4, y: screenY(frame, item.y) + size * 0.4, radius: size * 0.21,
    };
  }

  /**
   * Where there is no symbol, or not yet.
   * @param {CanvasRenderingContext2D} context
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @param {Item} item
   */
  paintPlain(context, x, y, reach, item) {
    context.beginPath();
    context.arc(x, y, reach * 0.45, 0, 2 * Math.PI);
    context.fillStyle = this.palette.types[item.type] ?? this.palette.text;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = this.palette.halo;
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Boxes} taken
   */
  paintClusters(context, frame, taken) {
    for (const cluster of [...this.picture.clusters].sort((a, b) => b.priority - a.priority || a.count - b.count)) {
      const x = screenX(frame, cluster.x);
      const y = screenY(frame, cluster.y);
      const radius = clusterRadius(cluster.count) * frame.size;
      clusterDisc(context, x, y, radius, sayCount(cluster.count), cluster.priority, this.palette);
      taken.take([x - radius, y - radius, x + radius, y + radius]);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Item[]} seen
   * @param {number} now
   * @param {Boxes} taken
   */
  paintLabels(context, frame, seen, now, taken) {
    if (seen.length > CROWD) return;
    const reach = this.symbolSize(frame) / 2;
    const wishes = seen
      .filter((item) => item.title)
      .sort((a, b) => a.priority - b.priority || b.validFrom - a.validFrom)
      .map((item) => {
        const old = isStale(item, now);
        const title = short(item.title);
        return {
          text: old ? `${title} · ${sayAge(now - item.validFrom)}` : title,
          x: screenX(frame, item.x), y: screenY(frame, item.y),
          reach: this.hasSymbol(item) ? reach : 0, alpha: this.alpha(item, now),
        };
      });
    drawLabels(context, wishes, taken, this.palette, Math.round(12 * frame.size));
  }
}
