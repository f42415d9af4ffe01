// @ts-check
/** Symbols as bitmaps, drawn once for each code, size and halo, and then copied. */

/** @typedef {import("./picture.js").Item} Item */
/** @typedef {{ bitmap: HTMLCanvasElement, width: number, height: number }} Sprite width and height in CSS pixels */

const HALO = 2;

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
    this.pending = 0;
  }

  /**
   * The sprite of an item, or null where there is none (yet).
   * @param {Item} item
   * @param {number} size CSS pixels of its longer side
   * @param {number} dpr
   * @param {string} halo
   * @returns {Sprite | null}
   */
  get(item, size, dpr, halo) {
    const look = `${size}|${dpr}|${halo}`;
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
    const sprite = drawn(image, size, dpr, halo);
    this.sprites.set(address, sprite);
    return sprite;
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
 * @param {string} halo
 * @returns {Sprite}
 */
function drawn(image, size, dpr, halo) {
  const ratio = (image.naturalWidth || 1) / (image.naturalHeight || 1);
  const width = ratio >= 1 ? size : size * ratio;
  const height = ratio >= 1 ? size / ratio : size;
  const bitmap = document.createElement("canvas");
  bitmap.width = Math.ceil((width + 2 * HALO) * dpr);
  bitmap.height = Math.ceil((height + 2 * HALO) * dpr);
  const context = bitmap.getContext("2d");
  if (context) {
    context.scale(dpr, dpr);
    context.imageSmoothingQuality = "high";
    context.shadowColor = halo;
    context.shadowBlur = HALO * dpr;
    // A shadow of one drawing is faint; three make an edge that holds against any ground.
    for (let i = 0; i < 3; i += 1) context.drawImage(image, HALO, HALO, width, height);
  }
  return { bitmap, width: bitmap.width / dpr, height: bitmap.height / dpr };
}
