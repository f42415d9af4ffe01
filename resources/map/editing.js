// @ts-check
/** A shape whose vertices are being moved. Knows no mouse, no keys, no map. */

import { away, distance } from "./geodesy.js";

/** @typedef {[number, number]} Position */
/** @typedef {import("./picture.js").ShapeData} ShapeData */
/** @typedef {{ path: any[], index: number, ring: boolean }} Vertex */

/** @type {Record<string, number>} */
const DEPTH = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 };

export class Editing {
  name = "edit";

  /**
   * @param {string} id
   * @param {ShapeData} shape
   */
  constructor(id, shape) {
    this.id = id;
    /** @type {ShapeData} */
    this.shape = structuredClone(shape);
    this.active = 0;
  }

  get depth() {
    return DEPTH[this.shape.type];
  }

  get timed() {
    return Boolean(this.shape.times?.length);
  }

  /** @returns {any[][]} lists of positions that vertices are in */
  paths() {
    const { coordinates } = this.shape;
    return this.depth < 2 ? [coordinates] : this.depth === 2 ? coordinates : coordinates.flat(1);
  }

  /** @returns {Vertex[]} each vertex once: the last of a ring is its first */
  vertices() {
    if (this.depth === 0) return [];
    const ring = this.shape.type.endsWith("Polygon");
    return this.paths().flatMap((path) =>
      Array.from({ length: path.length - (ring ? 1 : 0) }, (_, index) => ({ path, index, ring })),
    );
  }

  radii() {
    return [...(this.shape.radius_m ? [this.shape.radius_m] : []), ...(this.shape.rings_m ?? [])];
  }

  /** @returns {Position[]} where it can be held */
  handles() {
    if (this.depth === 0) {
      const centre = /** @type {Position} */ (this.shape.coordinates.slice(0, 2));
      return [centre, ...this.radii().map((radius) => away(centre, radius))];
    }
    return this.vertices().map(({ path, index }) => path[index].slice(0, 2));
  }

  /** @returns {{ at: Position, after: number }[]} where a vertex can be put between two */
  middles() {
    // A position of a track without a time, or with an invented one, would be a false statement.
    if (this.depth === 0 || this.timed || this.shape.type === "MultiPoint") return [];
    return this.vertices().flatMap(({ path, index }, after) => {
      const next = path[index + 1];
      if (!next) return [];
      return [{ at: /** @type {Position} */ ([(path[index][0] + next[0]) / 2, (path[index][1] + next[1]) / 2]), after }];
    });
  }

  /**
   * @param {number} handle
   * @param {Position} to
   */
  move(handle, to) {
    if (this.depth === 0) {
      if (handle === 0) this.shape.coordinates = [...to, ...this.shape.coordinates.slice(2)];
      else this.resize(handle - 1, Math.round(distance(this.handles()[0], to) * 10) / 10);
      return;
    }
    const { path, index, ring } = this.vertices()[handle];
    path[index] = [...to, ...path[index].slice(2)];
    if (ring && index === 0) path[path.length - 1] = path[0].slice();
  }

  /**
   * @param {number} which
   * @param {number} radius
   */
  resize(which, radius) {
    if (!(radius > 0)) return;
    if (this.shape.radius_m) {
      if (which === 0) this.shape.radius_m = radius;
      else if (this.shape.rings_m) this.shape.rings_m[which - 1] = radius;
    } else if (this.shape.rings_m) {
      this.shape.rings_m[which] = radius;
    }
  }

  /**
   * Put a vertex in the middle after another; it becomes the active one.
   * @param {number} after
   */
  insert(after) {
    const middle = this.middles().find((candidate) => candidate.after === after);
    if (!middle) return false;
    const { path, index } = this.vertices()[after];
    path.splice(index + 1, 0, middle.at);
    this.active = after + 1;
    return true;
  }

  /** Take the active vertex out, as long as a shape remains. */
  remove() {
    if (this.depth === 0) return false;
    const { path, index, ring } = this.vertices()[this.active];
    const fewest = ring ? 4 : this.shape.type === "MultiPoint" ? 1 : 2;
    if (path.length <= fewest) return false;
    const flat = this.active;
    path.splice(index, 1);
    if (ring && index === 0) path[path.length - 1] = path[0].slice();
    if (this.timed) this.shape.times?.splice(flat, 1);
    this.active = Math.min(flat, this.vertices().length - 1);
    return true;
  }

  /** @returns {import("./markslayer.js").Sketch} */
  sketch() {
    return {
      shapes: [this.shape], handles: this.handles(), middles: this.middles().map(({ at }) => at),
      active: this.active, labels: [],
    };
  }

  /** @returns {ShapeData} rings in order, as the program keeps them */
  result() {
    const { rings_m } = this.shape;
    return rings_m?.length ? { ...this.shape, rings_m: [...new Set(rings_m)].sort((a, b) => a - b) } : this.shape;
  }
}
