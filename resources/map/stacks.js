// @ts-check
/** Symbols that would cover one another stand as one: the most urgent is drawn, with the number of those behind it. */

/** @typedef {import("./picture.js").Item} Item */

/** Whoever lies nearer than this part of a symbol's side would cover it; corners may touch. */
const NEAR = 0.9;
/** Cells of the grid in which neighbours are looked for lie in one number: x times this, plus y. */
const ROW = 2 ** 15;
/** @type {Item[]} */
const NOBODY = [];

/**
 * The order in which items get to stand for others: what is over comes last; then urgency, then what is not out of
 * date, then the newest.
 * @param {Item[]} items
 * @param {(item: Item) => boolean} over
 * @param {(item: Item) => boolean} old
 */
function byUrgency(items, over, old) {
  // Few ranks and many items: sorted within each rank by one number, it costs a third of comparing all of it.
  /** @type {Item[][]} */
  const ranks = [];
  for (const item of items) {
    const rank = (over(item) ? 16 : 0) + item.priority * 2 + (old(item) ? 1 : 0);
    (ranks[rank] ??= []).push(item);
  }
  return ranks.flatMap((equal) => equal.sort((a, b) => b.validFrom - a.validFrom));
}

/**
 * Say of each item who stands for it (`leader`) and who is behind it (`behind`, most urgent first).
 * @param {Item[]} items those with a symbol
 * @param {number} side of a symbol, in world coordinates
 * @param {(item: Item) => boolean} over
 * @param {(item: Item) => boolean} old
 */
export function gather(items, side, over, old) {
  const near = side * NEAR;
  let [west, north] = [1, 1];
  for (const item of items) {
    west = Math.min(west, item.x);
    north = Math.min(north, item.y);
  }
  // Two in one cell are nearer than its side, so that no cell holds more than one that stands.
  /** @type {Map<number, Item>} */
  const cells = new Map();
  for (const item of byUrgency(items, over, old)) {
    const cell = Math.floor((item.x - west) / near) * ROW + Math.floor((item.y - north) / near);
    const leader = nearest(cells, cell, item, near);
    item.leader = leader;
    item.behind = NOBODY;
    if (!leader) cells.set(cell, item);
    else if (leader.behind === NOBODY) leader.behind = [item];
    else leader.behind.push(item);
  }
}

/**
 * The nearest symbol already standing that would be covered.
 * @param {Map<number, Item>} cells
 * @param {number} cell
 * @param {Item} item
 * @param {number} near
 */
function nearest(cells, cell, item, near) {
  /** @type {Item | null} */
  let found = null;
  let best = near;
  for (let column = cell - ROW; column <= cell + ROW; column += ROW) {
    for (let at = column - 1; at <= column + 1; at += 1) {
      const other = cells.get(at);
      if (!other) continue;
      const distance = Math.max(Math.abs(other.x - item.x), Math.abs(other.y - item.y));
      if (distance < best) {
        best = distance;
        found = other;
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
