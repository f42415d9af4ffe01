// @ts-check
/// <reference types="leaflet" />
/** What lies under a point or in a box of the map. */

import { clusterRadius } from "./badges.js";
import { screenX, screenY } from "./projection.js";
import { distanceTo } from "./shapes.js";

/** @typedef {import("./picture.js").Item} Item */
/** @typedef {import("./projection.js").Frame} Frame */

/** How far beside a symbol or a line still counts as on it. CSS pixels. */
const NEAR = 5;

export class Hits {
  /**
   * @param {L.Map} map
   * @param {import("./picturelayer.js").PictureLayer} layer
   */
  constructor(map, layer) {
    this.map = map;
    this.layer = layer;
  }

  /**
   * Items under a point of the map, the topmost first: symbols before shapes, small areas before large ones.
   * @param {L.Point} at container point
   * @returns {Item[]}
   */
  itemsAt(at) {
    const frame = this.layer.frame;
    if (!frame) return [];
    const { x, y } = this.onCanvas(at);
    const reach = this.layer.symbolSize(frame) / 2 + 2;
    /** @type {Item[]} */
    const symbols = [];
    /** @type {{ item: Item, size: number }[]} */
    const shapes = [];
    for (const item of this.layer.ordered()) {
      if (this.layer.hasSymbol(item)) {
        if (item.leader) continue;
        if (Math.abs(screenX(frame, item.x) - x) <= reach && Math.abs(screenY(frame, item.y) - y) <= reach) {
          symbols.push(item);
          continue;
        }
      }
      const drawn = item.extent ? this.layer.picture.shapes.get(item.id)?.drawn : null;
      if (drawn && distanceTo(frame, drawn, x, y) <= NEAR) {
        shapes.push({ item, size: (drawn.east - drawn.west) * (drawn.south - drawn.north) });
      }
    }
    shapes.sort((a, b) => a.size - b.size);
    const stacked = symbols.reverse().flatMap((item) => [item, ...item.behind]);
    return [...stacked, ...shapes.map(({ item }) => item)];
  }

  /**
   * The stack whose number lies under a point: the item that stands for it and all behind.
   * @param {L.Point} at container point
   * @returns {Item[]}
   */
  stackAt(at) {
    const frame = this.layer.frame;
    if (!frame) return [];
    const { x, y } = this.onCanvas(at);
    for (const item of [...this.layer.ordered()].reverse()) {
      const behind = item.behind;
      if (!behind.length) continue;
      const mark = this.layer.countAt(frame, item);
      if (Math.abs(mark.x - x) <= mark.radius * 1.6 && Math.abs(mark.y - y) <= mark.radius * 1.1) return [item, ...behind];
    }
    return [];
  }

  /**
   * @param {L.Point} at container point
   * @returns {import("./picture.js").Cluster | undefined}
   */
  clusterAt(at) {
    const frame = this.layer.frame;
    if (!frame) return undefined;
    const { x, y } = this.onCanvas(at);
    return this.layer.picture.clusters.find((cluster) => {
      const radius = clusterRadius(cluster.count) * frame.size + 2;
      return Math.hypot(screenX(frame, cluster.x) - x, screenY(frame, cluster.y) - y) <= radius;
    });
  }

  /** @param {L.Point} at container point */
  onCanvas(at) {
    const frame = /** @type {Frame} */ (this.layer.frame);
    const world = this.map.containerPointToLayerPoint(at).add(this.map.getPixelOrigin());
    return { x: world.x - frame.x0, y: world.y - frame.y0 };
  }

  /**
   * Items drawn one by one whose anchor lies in a box.
   * @param {L.Bounds} box container points
   */
  within(box) {
    const frame = this.layer.frame;
    if (!frame || !box.min || !box.max) return [];
    const min = this.onCanvas(box.min);
    const max = this.onCanvas(box.max);
    return this.layer.ordered().filter((item) => {
      const x = screenX(frame, item.x);
      const y = screenY(frame, item.y);
      return item.single && x >= min.x && x <= max.x && y >= min.y && y <= max.y;
    });
  }
}
