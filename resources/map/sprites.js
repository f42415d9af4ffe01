// @ts-check
/** Symbols as bitmaps, drawn once for each code and size, and then copied. */

/** @typedef {import("./picture.js").Item} Item */
/** @typedef {{ bitmap: HTMLCanvasElement, width: number, height: number }} Sprite width and height in CSS pixels */

/** Milliseconds of a frame in which new sprites are drawn. */
const BUDGET = 15;
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
    /** @type {Map<string, Sprite>} */
    this.sprites = new Map();
    this.key = "";
    this.until = 0;
    this.tired = false;
    this.pending = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** A frame begins: drawing new sprites may take a part of it. */
  begin() {
    this.until = performance.now() + BUDGET;
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
   * @returns {Sprite | null}
   */
  get(item, size, dpr) {
    const look = `${size}|${dpr}`;
    if (look !== this.key) {
      this.sprites.clear();
      this.key = look;
    }
    const address = this.address(item);
    const ready = this.sprites.get(address);
    if (ready) return ready;
    const image = this.images.get(address);
    if (image === undefined) this.load(address);
    if (!image) return null;
    // Hundreds of new symbols at once would stop the map: some in this frame, the others in the next.
    if (performance.now() > this.until) {
      this.tired = true;
      return null;
    }
    const sprite = drawn(image, size, dpr);
    this.sprites.set(address, sprite);
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
 * @param {HTMLImageElement} image
 * @param {number} size
 * @param {number} dpr
 * @returns {Sprite}
 */
function drawn(image, size, dpr) {
  const ratio = (image.naturalWidth || 1) / (image.naturalHeight || 1);
  const width = ratio >= 1 ? size : size * ratio;
  const height = ratio >= 1 ? size / ratio : size;
  const bitmap = document.createElement("canvas");
  bitmap.width = Math.ceil(width * dpr);
  bitmap.height = Math.ceil(height * dpr);
  const context = bitmap.getContext("2d");
  if (context) {
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width * dpr, height * dpr);
  }
  return { bitmap, width: bitmap.width / dpr, height: bitmap.height / dpr };
}
