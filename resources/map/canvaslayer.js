// @ts-check
/// <reference types="leaflet" />
/** A Leaflet layer that is one canvas: moved with the map while panning and zooming, painted when it comes to rest. */

/** @typedef {import("./projection.js").Frame} Frame */

/** Beyond the map's edge, so that a pan shows what is already painted. CSS pixels. */
const PAD = 192;

export class CanvasLayer extends L.Layer {
  /**
   * @param {string} pane
   * @param {string} name class of the canvas
   */
  constructor(pane, name) {
    super({ pane });
    this.name = name;
    /** @type {HTMLCanvasElement} */
    this.canvas = document.createElement("canvas");
    this.canvas.className = `leaflet-zoom-animated ${name}`;
    /** @type {Frame | null} */
    this.frame = null;
    this.asked = 0;
    /** What the painting took, for the benchmarks. Milliseconds. */
    this.took = 0;
  }

  onAdd() {
    this.getPane()?.appendChild(this.canvas);
    this.settle();
    return this;
  }

  onRemove() {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    this.canvas.remove();
    return this;
  }

  getEvents() {
    return {
      viewreset: this.settle,
      moveend: this.settle,
      resize: this.settle,
      move: this.followed,
      zoom: this.zoomed,
      /** @param {any} event */
      zoomanim: (event) => this.transform(event.center, event.zoom),
    };
  }

  /** Paint at the next frame; many wishes make one painting. */
  invalidate() {
    if (this.asked || !this._map) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      if (!this._map) return;
      // While a zoom is animated the canvas is being scaled; painting happens when it ends.
      if (/** @type {any} */ (this._map)._animatingZoom) return;
      this.settle();
    });
  }

  /** Lay the canvas over the map as it is now, and paint. */
  settle() {
    if (!this._map) return;
    const began = performance.now();
    const frame = this.laid(this._map);
    this.frame = frame;
    const context = this.canvas.getContext("2d");
    if (context) {
      context.setTransform(frame.dpr, 0, 0, frame.dpr, 0, 0);
      context.clearRect(0, 0, frame.width, frame.height);
      this.paint(context, frame);
    }
    this.took = performance.now() - began;
  }

  /**
   * @param {L.Map} map
   * @returns {Frame}
   */
  laid(map) {
    const size = map.getSize();
    const dpr = window.devicePixelRatio || 1;
    const width = size.x + 2 * PAD;
    const height = size.y + 2 * PAD;
    const corner = map.containerPointToLayerPoint([-PAD, -PAD]).round();
    const min = corner.add(map.getPixelOrigin());
    if (this.canvas.width !== Math.round(width * dpr) || this.canvas.height !== Math.round(height * dpr)) {
      this.canvas.width = Math.round(width * dpr);
      this.canvas.height = Math.round(height * dpr);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    L.DomUtil.setPosition(this.canvas, corner);
    const scale = 256 * 2 ** map.getZoom();
    const wall = dpr > 1 ? 1 : Math.min(size.x / 1920, size.y / 1080);
    return {
      scale, width, height, dpr, pad: PAD, zoom: map.getZoom(), x0: min.x, y0: min.y,
      size: Math.max(1, Math.min(1.6, wall)), middle: (min.x + width / 2) / scale,
    };
  }

  /** A pan went so far that the painted edge comes near. */
  followed() {
    if (!this._map || !this.frame || /** @type {any} */ (this._map)._animatingZoom) return;
    const min = this._map.containerPointToLayerPoint([0, 0]).add(this._map.getPixelOrigin());
    const { x0, y0, pad } = this.frame;
    if (Math.abs(min.x - x0 - pad) > pad * 0.9 || Math.abs(min.y - y0 - pad) > pad * 0.9) this.invalidate();
  }

  zoomed() {
    if (this._map) this.transform(this._map.getCenter(), this._map.getZoom());
  }

  /**
   * Show what is painted as it lies at another centre and zoom.
   * @param {L.LatLng} center
   * @param {number} zoom
   */
  transform(center, zoom) {
    if (!this.frame || !this._map) return;
    const ratio = 2 ** (zoom - this.frame.zoom);
    const origin = /** @type {any} */ (this._map)._getNewPixelOrigin(center, zoom);
    const corner = L.point(this.frame.x0, this.frame.y0).multiplyBy(ratio).subtract(origin);
    L.DomUtil.setTransform(this.canvas, corner, ratio);
  }

  /**
   * @param {CanvasRenderingContext2D} _context in CSS pixels of the canvas
   * @param {Frame} _frame
   */
  paint(_context, _frame) {
    throw new Error("a canvas layer paints something");
  }
}
