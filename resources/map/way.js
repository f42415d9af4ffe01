/* A line of the base map as a way that one goes along, for names that are written upon it. */

/** @import { Point } from "./vocabulary.d.ts" */

export class Way {
  /** @param {Point[]} points */
  constructor(points) {
    this.points = points;
    this.marks = [0];
    for (let i = 1; i < points.length; i++) {
      this.marks.push(this.marks[i - 1] + Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y));
    }
    this.length = this.marks[this.marks.length - 1];
  }

  /**
   * The position at a distance; its direction is taken over `smooth` pixels, so that small kinks do not show.
   * @param {number} distance
   */
  at(distance, smooth = 0) {
    const position = this.position(distance);
    if (smooth > 0) {
      const before = this.position(distance - smooth / 2);
      const after = this.position(distance + smooth / 2);
      position.angle = Math.atan2(after.y - before.y, after.x - before.x);
    }
    return position;
  }

  /** @param {number} distance */
  position(distance) {
    const bounded = Math.max(0, Math.min(this.length, distance));
    let low = 0;
    let high = this.marks.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.marks[middle] <= bounded) low = middle;
      else high = middle;
    }
    const span = this.marks[high] - this.marks[low] || 1;
    const part = (bounded - this.marks[low]) / span;
    const a = this.points[low];
    const b = this.points[high];
    return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part, angle: Math.atan2(b.y - a.y, b.x - a.x) };
  }
}
