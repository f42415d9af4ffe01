// @ts-check
/** Symbols that would cover one another stand as one: the most urgent is drawn, with the number of those behind it. */

/** @typedef {import("./picture.js").Item} Item */

/** Whoever lies nearer than this part of a symbol's side would cover it; corners may touch. */
const NEAR = 0.9;
/** Cells of the grid in which neighbours are looked for lie in one number: x times this, plus y. */
const ROW = 2 ** 26;

/**
 * How a stack orders its members: what is over comes last; then urgency, then what is not out of date, then the newest.
 * @param {(item: Item) => boolean} over
 * @param {(item: Item) => boolean} old
 */
function byUrgency(over, old) {
  return (/** @type {Item} */ a, /** @type {Item} */ b) =>
    Number(over(a)) - Number(over(b)) || a.priority - b.priority || Number(old(a)) - Number(old(b)) ||
    b.validFrom - a.validFrom || (a.id < b.id ? -1 : 1);
}

export class Stacks {
  constructor() {
    /** @type {Map<string, Item[]>} by the id of the item that stands for them: those behind it, most urgent first */
    this.behind = new Map();
    /** @type {Map<string, string>} by the id of one behind: who stands for it */
    this.leader = new Map();
  }

  /**
   * @param {Item[]} items those with a symbol
   * @param {number} side of a symbol, in world coordinates
   * @param {(item: Item) => boolean} over
   * @param {(item: Item) => boolean} old
   */
  gather(items, side, over, old) {
    this.behind.clear();
    this.leader.clear();
    const near = side * NEAR;
    /** @type {Map<number, Item[]>} */
    const cells = new Map();
    for (const item of [...items].sort(byUrgency(over, old))) {
      const cx = Math.floor(item.x / near);
      const cy = Math.floor(item.y / near);
      const leader = nearest(cells, cx, cy, item, near);
      if (leader) {
        this.leader.set(item.id, leader.id);
        const others = this.behind.get(leader.id);
        if (others) others.push(item);
        else this.behind.set(leader.id, [item]);
      } else {
        const cell = cells.get(cx * ROW + cy);
        if (cell) cell.push(item);
        else cells.set(cx * ROW + cy, [item]);
      }
    }
  }

  /** Whether another symbol stands for this one. @param {Item} item */
  hidden(item) {
    return this.leader.has(item.id);
  }

  /** Those behind a symbol, most urgent first. @param {Item} item @returns {Item[]} */
  under(item) {
    return this.behind.get(item.id) ?? [];
  }
}

/**
 * The nearest symbol already standing that would be covered.
 * @param {Map<number, Item[]>} cells
 * @param {number} cx
 * @param {number} cy
 * @param {Item} item
 * @param {number} near
 */
function nearest(cells, cx, cy, item, near) {
  /** @type {Item | null} */
  let found = null;
  let best = near;
  for (let x = cx - 1; x <= cx + 1; x += 1) {
    for (let y = cy - 1; y <= cy + 1; y += 1) {
      for (const other of cells.get(x * ROW + y) ?? []) {
        const distance = Math.max(Math.abs(other.x - item.x), Math.abs(other.y - item.y));
        if (distance < best) {
          best = distance;
          found = other;
        }
      }
    }
  }
  return found;
}

/**
 * West, south, east, north of items in world coordinates.
 * @param {Item[]} items
 */
export function spread(items) {
  const xs = items.map((item) => item.x);
  const ys = items.map((item) => item.y);
  return { west: Math.min(...xs), east: Math.max(...xs), north: Math.min(...ys), south: Math.max(...ys) };
}
