// @ts-check
/** What stands under the pointer, in words. Everything is set as text: nothing in it can be markup. */

import { short } from "./labels.js";
import { known, say, sayAge, sayCount, sayLength } from "./words.js";

const APART = 16;

export class Tooltip {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.element = document.createElement("div");
    this.element.className = "qroc-tooltip";
    this.element.hidden = true;
    this.element.setAttribute("role", "tooltip");
    parent.append(this.element);
  }

  hide() {
    this.element.hidden = true;
  }

  /**
   * @param {string[]} lines the first is the title
   * @param {{ x: number, y: number }} at container point
   */
  show(lines, at) {
    this.element.replaceChildren(
      ...lines.filter(Boolean).map((line, i) => {
        const part = document.createElement("div");
        part.className = i ? "qroc-tooltip-line" : "qroc-tooltip-title";
        part.textContent = line;
        return part;
      }),
    );
    this.element.hidden = false;
    const { clientWidth, clientHeight } = this.parent;
    const { offsetWidth, offsetHeight } = this.element;
    const right = at.x + APART + offsetWidth <= clientWidth;
    const below = at.y + APART + offsetHeight <= clientHeight;
    this.element.style.left = `${Math.max(2, right ? at.x + APART : at.x - APART - offsetWidth)}px`;
    this.element.style.top = `${Math.max(2, below ? at.y + APART : at.y - APART - offsetHeight)}px`;
  }
}

/** @param {string} key */
function word(key) {
  return known(key) ? say(key) : "";
}

/**
 * @param {import("./picture.js").Item} item
 * @param {import("./picture.js").Drawn | undefined} drawn
 * @param {number} now
 * @param {boolean} locked
 * @param {string} source the centre that sent it; empty for our own
 * @returns {string[]}
 */
export function itemLines(item, drawn, now, locked, source) {
  const kind = word(`type_${item.type}`);
  const first = [kind, word(`priority${item.priority}`), word(`status_${item.status}`)].filter(Boolean).join(" · ");
  const stale = item.staleAt !== null && item.staleAt <= now;
  const age = stale
    ? say("stale", { age: sayAge(now - /** @type {number} */ (item.staleAt)) })
    : say("age", { age: sayAge(now - item.validFrom) });
  const accuracy = drawn?.shape.accuracy_m;
  const trust = [
    say(item.assessment ? "assessment" : "fact"),
    item.evaluation ? say("source", { code: item.evaluation }) : "",
    accuracy ? say("accuracy", { m: sayLength(accuracy) }) : "",
  ];
  const owner = source ? say("received", { centre: source }) : locked ? say("locked") : "";
  return [item.title || kind, first, item.place, `${trust.filter(Boolean).join(" · ")} · ${age}`, owner];
}

/** Titles that a tooltip names of those behind a symbol. */
const NAMED = 6;

/**
 * What stands behind a symbol, the most urgent first.
 * @param {import("./picture.js").Item[]} items
 * @returns {string[]}
 */
export function behindLines(items) {
  if (!items.length) return [];
  const named = items.slice(0, NAMED).map((item) => `${word(`priority${item.priority}`)}: ${short(item.title) || word(`type_${item.type}`)}`);
  const more = items.length - named.length;
  return [say("behind", { n: sayCount(items.length) }), ...named, more ? say("more", { n: sayCount(more) }) : ""];
}

/** @param {import("./picture.js").Cluster} cluster */
export function clusterLines(cluster) {
  return [say("cluster", { n: sayCount(cluster.count), priority: word(`priority${cluster.priority}`) })];
}
