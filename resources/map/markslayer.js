// @ts-check
/** What lies over the picture and changes often: selection, hover, sketches, handles, the marker, temporary shapes. */

import { FONT } from "./badges.js";
import { paintBeliefs } from "./beliefs.js";
import { CanvasLayer } from "./canvaslayer.js";
import { paintComparison } from "./comparison.js";
import { paintPlans } from "./plans.js";
import { screenX, screenY, worldX, worldY } from "./projection.js";
import { drawShape, outline, ringLabels, strokeOf, trace } from "./shapes.js";
import { palette } from "./theme.js";
import { sayLength } from "./words.js";

/** @typedef {import("./projection.js").Frame} Frame */
/** @typedef {[number, number]} Position */
/**
 * @typedef {object} Sketch what a tool draws
 * @property {import("./picture.js").ShapeData[]} shapes
 * @property {Position[]} handles
 * @property {Position[]} [middles] where a new vertex can be pulled out
 * @property {number} [active] index of the handle the keyboard moves
 * @property {{ at: Position, text: string }[]} labels
 */

export class MarksLayer extends CanvasLayer {
  /** @param {import("./picturelayer.js").PictureLayer} picture */
  constructor(picture) {
    super("qrocMarks", "qroc-marks");
    this.picture = picture;
    this.palette = palette("light");
    /** @type {Set<string>} */
    this.selected = new Set();
    this.hovered = "";
    /** @type {Sketch | null} */
    this.sketch = null;
    /** @type {{ at: Position, text: string } | null} */
    this.marker = null;
    /** @type {{ shape: import("./picture.js").ShapeData, text: string }[]} */
    this.overlay = [];
    /** @type {import("./comparison.js").Mark[]} */
    this.comparison = [];
    /** @type {import("./beliefs.js").Belief[]} */
    this.beliefs = [];
    /** @type {import("./plans.js").Plans} */
    this.plans = { lines: [], marks: [] };
  }

  get idle() {
    const quiet = !this.selected.size && !this.hovered && !this.sketch && !this.marker;
    return quiet && !this.overlay.length && !this.comparison.length && !this.plans.lines.length && !this.beliefs.length;
  }

  settle() {
    // A canvas with nothing on it would still be composed into every frame of a pan.
    this.canvas.style.display = this.idle ? "none" : "";
    if (!this.idle) super.settle();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   */
  paint(context, frame) {
    for (const { shape, text } of this.overlay) this.paintOverlay(context, frame, shape, text);
    if (this.comparison.length) {
      paintComparison(context, frame, this.comparison, this.picture.symbolSize(frame), this.palette);
    }
    if (this.plans.lines.length) paintPlans(context, frame, this.plans, this.palette);
    if (this.beliefs.length) paintBeliefs(context, frame, this.beliefs, this.picture.symbolSize(frame), this.palette);
    const hovered = this.hovered && !this.selected.has(this.hovered) ? this.hovered : "";
    if (hovered) this.ring(context, frame, hovered, this.palette.hover, 1.5);
    this.raise(context, frame);
    for (const id of this.selected) this.ring(context, frame, id, this.palette.select, 3);
    if (this.marker) this.paintMarker(context, frame, this.marker);
    if (this.sketch) this.paintSketch(context, frame, this.sketch);
  }

  /**
   * @param {Frame} frame
   * @param {Position | number[]} position
   */
  at(frame, position) {
    return { x: screenX(frame, worldX(position[0])), y: screenY(frame, worldY(position[1])) };
  }

  /**
   * Selected symbols once more, above all others: what has the ring must be what one sees in it.
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   */
  raise(context, frame) {
    const layer = this.picture;
    const now = layer.picture.time();
    for (const id of this.selected) {
      const item = layer.picture.items.get(id);
      if (item && layer.shown(item) && layer.hasSymbol(item)) layer.paintSymbol(context, frame, item, now);
    }
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {string} id
   * @param {string} colour
   * @param {number} width
   */
  ring(context, frame, id, colour, width) {
    const layer = this.picture;
    const item = layer.picture.items.get(id);
    if (!item || !layer.shown(item)) return;
    const drawn = item.extent ? layer.picture.shapes.get(id)?.drawn : null;
    const strokes = /** @type {[string, number][]} */ ([[this.palette.halo, width + 3], [colour, width]]);
    for (const [stroke, wide] of strokes) {
      context.strokeStyle = stroke;
      context.lineWidth = wide;
      context.lineJoin = "round";
      if (drawn) {
        trace(context, frame, drawn);
        context.stroke();
      }
      if (layer.hasSymbol(item)) {
        const radius = layer.symbolSize(frame) * 0.72;
        context.beginPath();
        context.arc(screenX(frame, item.x), screenY(frame, item.y), radius, 0, 2 * Math.PI);
        context.stroke();
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {import("./picture.js").ShapeData} shape
   * @param {string} text
   */
  paintOverlay(context, frame, shape, text) {
    const drawn = outline(shape);
    drawShape(context, frame, drawn, strokeOf({ dash: [7, 5], width: 2 }, this.palette.sketch), this.palette.halo);
    if (!text) return;
    const x = drawn.paths.length ? ((drawn.west + drawn.east) / 2) * frame.scale - frame.x0 : this.at(frame, shape.coordinates).x;
    const y = drawn.paths.length ? drawn.north * frame.scale - frame.y0 - 10 : this.at(frame, shape.coordinates).y - 12;
    this.write(context, text, x, y, frame.size);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {{ at: Position, text: string }} marker
   */
  paintMarker(context, frame, marker) {
    const { x, y } = this.at(frame, marker.at);
    const r = 11 * frame.size;
    context.lineCap = "round";
    for (const [colour, width] of /** @type {[string, number][]} */ ([[this.palette.halo, 5.5], [this.palette.sketch, 2.5]])) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(x + dx * r * 0.45, y + dy * r * 0.45);
        context.lineTo(x + dx * r * 1.6, y + dy * r * 1.6);
      }
      context.stroke();
    }
    this.write(context, marker.text, x, y + r * 2.6, frame.size);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   * @param {Sketch} sketch
   */
  paintSketch(context, frame, sketch) {
    for (const shape of sketch.shapes) {
      drawShape(context, frame, outline(shape), strokeOf({ width: 2.5 }, this.palette.sketch), this.palette.halo);
      ringLabels(frame, shape, (text, x, y) => this.write(context, text, x, y, frame.size), sayLength);
    }
    for (const middle of sketch.middles ?? []) this.handle(context, this.at(frame, middle), 3.5, this.palette.halo);
    sketch.handles.forEach((handle, i) => {
      const active = i === sketch.active;
      this.handle(context, this.at(frame, handle), active ? 7.5 : 5.5, active ? this.palette.select : "#ffffff");
    });
    for (const { at, text } of sketch.labels) {
      const { x, y } = this.at(frame, at);
      this.write(context, text, x, y - 18 * frame.size, frame.size);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {{ x: number, y: number }} at
   * @param {number} radius
   * @param {string} fill
   */
  handle(context, { x, y }, radius, fill) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = this.palette.sketch;
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {number} size
   */
  write(context, text, x, y, size) {
    context.font = `600 ${Math.round(13 * size)}px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = this.palette.halo;
    context.strokeText(text, x, y);
    context.fillStyle = this.palette.text;
    context.fillText(text, x, y);
  }
}
