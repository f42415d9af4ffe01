// @ts-check
/** A shape being drawn or a way being measured: positions in, a shape out. Knows no mouse, no keys, no map. */

import { bent, distance, pathLength, ringArea } from "./geodesy.js";
import { say, sayArea, sayLength } from "./words.js";

/** @typedef {[number, number]} Position */
/** @typedef {import("./picture.js").ShapeData} ShapeData */

/** Tools that are finished by their last click, with the number of positions they take. */
const CLICKS = { point: 1, pick: 1, circle: 2 };
/** Fewer positions than this make no shape. */
const FEWEST = { point: 1, pick: 1, line: 2, leg: 2, polygon: 3, circle: 2, rings: 2, measure: 2, "measure-area": 3 };

export class Drawing {
  /**
   * @param {string} name of the tool
   * @param {number[]} radii metres, where they were typed beforehand
   * @param {Position | null} [start] a first position that is not taken back
   */
  constructor(name, radii, start = null) {
    this.name = name;
    this.radii = radii;
    /** @type {Position[]} */
    this.points = start ? [start] : [];
    this.fixed = this.points.length;
    /** @type {Position | null} */
    this.cursor = null;
    this.finished = false;
  }

  get measures() {
    return this.name.startsWith("measure");
  }

  get dot() {
    return this.name === "point" || this.name === "pick";
  }

  get round() {
    return this.name === "circle" || this.name === "rings";
  }

  /** @returns {"first" | "next" | "radius"} what the next position is */
  get step() {
    if (!this.points.length) return "first";
    return this.round ? "radius" : "next";
  }

  /**
   * @param {Position} position
   * @returns {boolean} whether the shape is complete
   */
  add(position) {
    this.points.push(position);
    if (this.round && this.radii.length) return true;
    return this.points.length === /** @type {Record<string, number>} */ (CLICKS)[this.name];
  }

  /** Take the last position back. */
  undo() {
    if (this.points.length > this.fixed) this.points.pop();
  }

  get enough() {
    const fewest = /** @type {Record<string, number>} */ (FEWEST)[this.name];
    return this.points.length >= (this.round && this.radii.length ? 1 : fewest);
  }

  /** Radii in metres: those typed, or those drawn. @param {Position[]} points */
  lengths(points) {
    if (this.radii.length) return this.radii;
    const drawn = points.slice(1).map((point) => Math.round(distance(points[0], point) * 10) / 10);
    return [...new Set(drawn)].filter((radius) => radius > 0).sort((a, b) => a - b);
  }

  /**
   * @param {Position[]} points
   * @returns {ShapeData | null}
   */
  shapeOf(points) {
    if (this.dot) return points.length ? { type: "Point", coordinates: points[0] } : null;
    if (this.round) {
      const radii = points.length ? this.lengths(points) : [];
      if (!radii.length) return null;
      const centre = { type: "Point", coordinates: points[0] };
      return this.name === "circle" ? { ...centre, radius_m: radii[radii.length - 1] } : { ...centre, rings_m: radii };
    }
    if (points.length < 2) return null;
    const area = this.name === "polygon" || this.name === "measure-area";
    if (area && points.length > 2) return { type: "Polygon", coordinates: [[...points, points[0]]] };
    return { type: "LineString", coordinates: points };
  }

  /** @returns {ShapeData | null} the finished shape */
  get shape() {
    return this.enough ? this.shapeOf(this.points) : null;
  }

  get length() {
    const ring = this.name === "measure-area" && this.points.length > 2;
    return pathLength(ring ? [...this.points, this.points[0]] : this.points);
  }

  get area() {
    return this.name === "measure-area" ? ringArea(this.points) : 0;
  }

  /** @returns {import("./markslayer.js").Sketch} */
  sketch() {
    const points = this.cursor && !this.finished ? [...this.points, this.cursor] : this.points;
    const shape = this.shapeOf(points);
    const shown = shape && this.measures ? geodesicOf(shape) : shape;
    return { shapes: shown ? [shown] : [], handles: this.points, labels: this.labels(points, shape) };
  }

  /**
   * @param {Position[]} points
   * @param {ShapeData | null} shape
   */
  labels(points, shape) {
    const last = points[points.length - 1];
    if (!shape || !this.points.length) return [];
    if (this.round && shape.radius_m) return [{ at: last, text: say("radius", { m: sayLength(shape.radius_m) }) }];
    if (this.name === "measure-area" && points.length > 2) {
      return [{ at: last, text: say("area", { m: sayArea(ringArea(points)) }) }];
    }
    if (this.round || this.dot) return [];
    return [{ at: last, text: say("length", { m: sayLength(pathLength(points)) }) }];
  }
}

/**
 * The same with geodesics for straight lines.
 * @param {ShapeData} shape
 * @returns {ShapeData}
 */
function geodesicOf(shape) {
  if (shape.type === "LineString") return { ...shape, coordinates: bent(shape.coordinates) };
  return { ...shape, coordinates: shape.coordinates.map((/** @type {Position[]} */ ring) => bent(ring)) };
}
