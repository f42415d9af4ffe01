// @ts-check
/** Symbols as bitmaps, drawn once for each code and size, and then copied. */

import { priorityBadge } from "./badges.js";

/** @typedef {import("./picture.js").Item} Item */
/** @typedef {{ bitmap: ImageBitmap, side: number }} Sprite side in CSS pixels; its middle is the anchor */

/** Milliseconds of a frame in which new sprites are drawn. */
const BUDGET = 15;
/** Room around a symbol for its badge, part of its size. */
const BADGE_ROOM = 0.22;
/** Symbols that arrive within so many milliseconds are shown together. */
const TOGETHER = 200;

export class Sprites {
  /**
   * @param {() => void} arrived something asked for before can be drawn now
   * @param {(item: Item) => string} address where an item's symbol is fetched
   */
  constructor(arrived, address = symbolAddress) {
    this.arrived = arrived;
    this.address = address;
    /** @type {Map<string, HTMLImageElement | null>} null while it is loading or where there is none */
    this.images = new Map();
    /** @type {Map<string, Record<number, Sprite>>} by address and priority */
    this.sprites = new Map();
    this.key = "";
    this.spent = 0;
    this.tired = false;
    this.pending = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** A frame begins: drawing new sprites may take a part of it. */
  begin() {
    this.spent = 0;
    this.tired = false;
  }

  /** A frame ends: what was left over comes in the next one. */
  end() {
    if (this.tired) this.arrived();
  }

  /**
   * The sprite of an item, or null where there is none (yet).
   * @param {Item} item
   * @param {number} size CSS pixels of its longer side
   * @param {number} dpr
   * @param {string} edge colour around the badge
   * @returns {Sprite | null}
   */
  get(item, size, dpr, edge) {
    const look = `${size}|${dpr}|${edge}`;
    if (look !== this.key) {
      this.sprites.clear();
      this.key = look;
    }
    // Asked ten thousand times a frame: the address is put together once an item.
    item.symbol ??= this.address(item);
    const address = item.symbol;
    const ready = this.sprites.get(address)?.[item.priority];
    if (ready) return ready;
    const image = this.images.get(address);
    if (image === undefined) this.load(address);
    if (!image) return null;
    // Hundreds of new symbols at once would stop the map: some in this frame, the others in the next.
    if (this.spent > BUDGET) {
      this.tired = true;
      return null;
    }
    const began = performance.now();
    const sprite = drawn(image, item.priority, size, dpr, edge);
    this.spent += performance.now() - began;
    const variants = this.sprites.get(address) ?? {};
    variants[item.priority] = sprite;
    this.sprites.set(address, variants);
    return sprite;
  }

  tellArrived() {
    this.timer = undefined;
    this.arrived();
  }

  /** @param {string} address */
  load(address) {
    this.images.set(address, null);
    this.pending += 1;
    const image = new Image();
    image.decoding = "async";
    const done = () => {
      this.pending -= 1;
      if (!this.pending) this.arrived();
      else if (!this.timer) this.timer = setTimeout(() => this.tellArrived(), TOGETHER);
    };
    image.onload = () => {
      this.images.set(address, image);
      done();
    };
    image.onerror = done;
    image.src = address;
  }
}

/** @param {Item} item */
function symbolAddress(item) {
  const query = new URLSearchParams({ kind: item.kind, affiliation: item.affiliation, type: item.type });
  return `/symbols/${encodeURIComponent(item.sidc || "none")}.svg?${query}`;
}

/**
 * The symbol with the badge of its priority, as one bitmap: one copy for an item instead of three drawings.
 * @param {HTMLImageElement} image
 * @param {number} priority
 * @param {number} size
 * @param {number} dpr
 * @param {string} edge
 * @returns {Sprite}
 */
function drawn(image, priority, size, dpr, edge) {
  const ratio = (image.naturalWidth || 1) / (image.naturalHeight || 1);
  const width = ratio >= 1 ? size : size * ratio;
  const height = ratio >= 1 ? size / ratio : size;
  // The anchor stays the middle, so that there is as much room on each side as the badge takes on its own.
  const side = Math.ceil((size + 2 * size * BADGE_ROOM) * dpr);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  if (context) {
    context.scale(dpr, dpr);
    context.imageSmoothingQuality = "high";
    const middle = side / dpr / 2;
    context.drawImage(image, middle - width / 2, middle - height / 2, width, height);
    if (priority < 4) priorityBadge(context, middle + size * 0.39, middle - size * 0.39, size * 0.2, priority, edge);
  }
  return { bitmap: canvas.transferToImageBitmap(), side: side / dpr };
}
