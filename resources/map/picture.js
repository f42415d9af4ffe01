// @ts-check
/** The picture as far as it is in view: what the program said, kept up to date by its differences. */

import { worldX, worldY } from "./projection.js";

/**
 * @typedef {object} Item
 * @property {string} id
 * @property {string} layer
 * @property {string} type
 * @property {string} kind
 * @property {string} sidc
 * @property {string} affiliation
 * @property {string} title
 * @property {string} place
 * @property {string} status
 * @property {number} priority
 * @property {number | null} starts microseconds since 1970
 * @property {number} validFrom
 * @property {number | null} staleAt
 * @property {boolean} extent
 * @property {string} evaluation
 * @property {boolean} assessment
 * @property {boolean} single drawn by itself, not told within a cluster
 * @property {number} x world coordinates of the anchor, NaN where it has none
 * @property {number} y
 * @property {number} rank place in the drawing order
 * @property {string} [symbol] where its symbol is fetched
 * @property {Item | null} leader whose symbol stands for this one (see stacks.js)
 * @property {Item[]} behind those that its symbol stands for
 */

/** @typedef {{ lon: number, lat: number, count: number, priority: number, bounds: number[], x: number, y: number }} Cluster */

/**
 * @typedef {object} ShapeData as the program's Shape
 * @property {string} type
 * @property {any} coordinates
 * @property {number} [radius_m]
 * @property {number[]} [rings_m]
 * @property {number[]} [times]
 * @property {number} [accuracy_m]
 */

/** @typedef {{ stroke?: string, fill?: string, width?: number, fill_opacity?: number, dash?: number[] }} StyleData */
/** @typedef {{ item: string, shape: ShapeData, style: StyleData, drawn: any }} Drawn */

export class Picture {
  /** @param {string[]} fields names of a row's values, in order */
  constructor(fields) {
    this.at = Object.fromEntries(fields.map((name, index) => [name, index]));
    this.singleAt = fields.length;
    /** @type {Map<string, Item>} */
    this.items = new Map();
    /** @type {Map<string, Drawn>} */
    this.shapes = new Map();
    /** @type {Cluster[]} */
    this.clusters = [];
    this.total = 0;
    this.token = 0;
    this.now = 0;
    this.nowHeard = 0;
  }

  /**
   * Take an answer of the program.
   * @param {any} answer
   */
  take(answer) {
    if (answer.full) {
      this.items.clear();
      this.shapes.clear();
    }
    for (const id of answer.gone) this.items.delete(id);
    for (const id of answer.shapes_gone) this.shapes.delete(id);
    for (const row of answer.rows) {
      const item = this.item(row);
      this.items.set(item.id, item);
    }
    for (const [item, shape, style] of answer.shapes) {
      this.shapes.set(item, { item, shape, style: style ?? {}, drawn: null });
    }
    this.clusters = answer.clusters.map((/** @type {any[]} */ [lon, lat, count, priority, bounds]) => ({
      lon, lat, count, priority, bounds, x: worldX(lon), y: worldY(lat),
    }));
    this.total = answer.total;
    this.token = answer.token;
    this.now = answer.now;
    this.nowHeard = performance.now();
  }

  /** @returns {number} the picture's time in microseconds, going on since it was heard unless it is the past */
  time() {
    return this.past ? this.now : this.now + (performance.now() - this.nowHeard) * 1000;
  }

  /** Whether the picture's time stands still. */
  past = false;

  /**
   * @param {any[]} row
   * @returns {Item}
   */
  item(row) {
    const at = this.at;
    const lon = row[at.lon];
    return {
      id: row[at.id],
      layer: row[at.layer],
      type: row[at.type],
      kind: row[at.kind],
      sidc: row[at.sidc],
      affiliation: row[at.affiliation],
      title: row[at.title],
      place: row[at.place],
      status: row[at.status],
      priority: row[at.priority],
      starts: row[at.starts],
      validFrom: row[at.valid_from],
      staleAt: row[at.stale_at],
      extent: row[at.extent],
      evaluation: row[at.evaluation],
      assessment: row[at.assessment],
      single: row[this.singleAt],
      rank: 0,
      leader: null,
      behind: [],
      x: lon === null ? NaN : worldX(lon),
      y: lon === null ? NaN : worldY(row[at.lat]),
    };
  }
}
