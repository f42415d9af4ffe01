// @ts-check
/// <reference types="leaflet" />
/**
 * A training model's result over areas and lines and under symbols, with its legend: what is tried out before it is
 * recorded. Classes differ by how strongly they cover, by the pattern of their edge and by their mark, so that they are
 * told apart in grey, on a dark and on a light ground.
 */

import { FONT } from "./badges.js";
import { element } from "./panes.js";
import { screenX, screenY, worldX, worldY } from "./projection.js";
import { drawShape, inFrame, outline, strokeOf } from "./shapes.js";

/** @typedef {import("./projection.js").Frame} Frame */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {import("./picture.js").StyleData} StyleData */
/**
 * @typedef {object} ModelShape
 * @property {import("./picture.js").ShapeData} shape
 * @property {StyleData} style
 * @property {string} text
 * @property {number[] | null} at
 * @property {import("./shapes.js").Outline} [drawn]
 */
/** @typedef {{ style: StyleData, text: string, mark: string, filled: boolean }} ModelClass */

/** Sides of a sample in the legend, CSS pixels. */
const SAMPLE = [34, 22];

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {ModelShape[]} shapes
 * @param {Palette} colours
 */
export function paintModel(context, frame, shapes, colours) {
  for (const one of shapes) {
    one.drawn ??= outline(one.shape);
    if (!one.drawn.paths.length || !inFrame(frame, one.drawn)) continue;
    drawShape(context, frame, one.drawn, strokeOf(one.style, colours.types.area), colours.halo);
  }
}

/**
 * The marks of its areas and the places that went in: above symbols and titles, which would hide them.
 * @param {CanvasRenderingContext2D} context
 * @param {Frame} frame
 * @param {ModelShape[]} shapes
 * @param {Palette} colours
 */
export function markModel(context, frame, shapes, colours) {
  for (const { shape, at, text } of shapes) {
    if (!at && shape.type === "Point" && !shape.radius_m) pin(context, text, place(frame, shape.coordinates), frame.size, colours);
  }
  for (const { at, text, style } of shapes) {
    if (at) number(context, text, place(frame, at), frame.size, style.stroke ?? colours.types.area, colours);
  }
}

/**
 * @param {Frame} frame
 * @param {number[]} position
 */
function place(frame, position) {
  return { x: screenX(frame, worldX(position[0])), y: screenY(frame, worldY(position[1])) };
}

/**
 * The mark of a class, on a disc of its own.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {{ x: number, y: number }} at
 * @param {number} size
 * @param {string} edge
 * @param {Palette} colours
 */
function number(context, text, { x, y }, size, edge, colours) {
  context.font = `700 ${Math.round(13 * size)}px ${FONT}`;
  const reach = Math.max(11 * size, context.measureText(text).width / 2 + 6 * size);
  context.beginPath();
  context.roundRect(x - reach, y - 11 * size, 2 * reach, 22 * size, 11 * size);
  context.fillStyle = colours.plate;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = edge;
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colours.text;
  context.fillText(text, x, y + 0.5 * size);
}

/**
 * A place that went into the model.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {{ x: number, y: number }} at
 * @param {number} size
 * @param {Palette} colours
 */
function pin(context, text, { x, y }, size, colours) {
  const r = 8 * size;
  for (const [colour, width] of /** @type {[string, number][]} */ ([[colours.halo, 5.5], [colours.sketch, 2.5]])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * r * 0.3, y + dy * r * 0.3);
      context.lineTo(x + dx * r * 1.7, y + dy * r * 1.7);
    }
    context.stroke();
  }
  if (!text) return;
  context.font = `600 ${Math.round(12 * size)}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = colours.halo;
  context.strokeText(text, x, y - r * 4.4);
  context.fillStyle = colours.text;
  context.fillText(text, x, y - r * 4.4);
}

/** What the classes mean, on the map beside them. */
export class ModelLegend {
  /** @param {L.Map} map */
  constructor(map) {
    this.box = element(map.getContainer(), "qroc-model");
    this.box.hidden = true;
    this.box.setAttribute("role", "note");
    this.head = element(this.box, "qroc-model-head");
    this.detail = element(this.box, "qroc-model-detail");
    this.list = element(this.box, "qroc-model-list");
    this.title = "";
    this.text = "";
    /** @type {ModelClass[]} */
    this.classes = [];
    /** @type {ModelShape[]} */
    this.shapes = [];
  }

  /**
   * @param {string} title which model; empty for none
   * @param {string} text
   * @param {ModelClass[]} classes
   * @param {ModelShape[]} shapes
   * @param {Palette} colours
   */
  show(title, text, classes, shapes, colours) {
    [this.title, this.text, this.classes] = [title, text, classes];
    this.shapes = title ? shapes : [];
    this.box.hidden = !title;
    this.head.textContent = title;
    this.detail.textContent = text;
    this.detail.hidden = !text;
    this.list.replaceChildren();
    for (const one of title ? classes : []) {
      const row = element(this.list, "qroc-model-row");
      const sample = /** @type {HTMLCanvasElement} */ (element(row, "qroc-model-sample", "canvas"));
      element(row, "qroc-model-words", "span").textContent = one.text;
      this.sample(sample, one, colours);
    }
  }

  /** Colours are others. @param {Palette} colours */
  renew(colours) {
    this.show(this.title, this.text, this.classes, this.shapes, colours);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {ModelClass} one
   * @param {Palette} colours
   */
  sample(canvas, one, colours) {
    const dpr = globalThis.devicePixelRatio || 1;
    const [wide, high] = SAMPLE;
    canvas.width = wide * dpr;
    canvas.height = high * dpr;
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    const look = strokeOf(one.style, colours.types.area);
    context.beginPath();
    if (one.filled) context.rect(2.5, 2.5, wide - 5, high - 5);
    else context.roundRect(2.5, high / 2, wide - 5, 0.1, 0);
    if (one.filled) {
      context.globalAlpha = look.fillOpacity;
      context.fillStyle = look.fill;
      context.fill();
      context.globalAlpha = 1;
    }
    context.setLineDash(look.dash);
    context.lineWidth = look.width;
    context.strokeStyle = look.stroke;
    context.stroke();
    context.setLineDash([]);
    if (one.mark) number(context, one.mark, { x: wide / 2, y: high / 2 }, 0.72, look.stroke, colours);
  }
}
