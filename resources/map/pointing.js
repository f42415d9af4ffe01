// @ts-check
/// <reference types="leaflet" />
/** Mouse and keyboard on the map: what is under the pointer, clicks, boxes, menus, and steps from item to item. */

import { Hits } from "./hits.js";
import { element } from "./panes.js";
import { latitude } from "./projection.js";
import { spread } from "./stacks.js";
import { behindLines, clusterLines, itemLines, Tooltip } from "./tooltip.js";
import { position } from "./tools.js";

/** Pixels that an arrow key with Ctrl moves the map: for aiming. */
const FINE = 4;
/** A drag shorter than this is a click. */
const STILL = 4;

export class Pointing {
  /**
   * @param {L.Map} map
   * @param {import("./picturelayer.js").PictureLayer} layer
   * @param {import("./markslayer.js").MarksLayer} marks
   * @param {import("./tools.js").Tools} tools
   * @param {import("./panes.js").Furniture} furniture
   * @param {(event: Record<string, any>) => void} tell
   */
  constructor(map, layer, marks, tools, furniture, tell) {
    this.map = map;
    this.layer = layer;
    this.hits = new Hits(map, layer);
    this.marks = marks;
    this.tools = tools;
    this.furniture = furniture;
    this.tell = tell;
    this.tooltip = new Tooltip(map.getContainer());
    /** @type {L.Point | null} */
    this.at = null;
    this.asked = 0;
    /** @type {{ from: L.Point, box: HTMLElement, shift: boolean } | null} */
    this.box = null;
    /** The click that follows the end of a box belongs to the box. */
    this.boxed = false;
    /** Item reached by keyboard. */
    this.focused = "";
    this.listen();
  }

  listen() {
    const container = this.map.getContainer();
    container.addEventListener("mousedown", (event) => this.down(event), true);
    addEventListener("mousemove", (event) => this.moved(event));
    addEventListener("mouseup", (event) => this.up(event));
    container.addEventListener("mouseleave", () => this.left());
    container.addEventListener("keydown", (event) => this.key(event), true);
    container.addEventListener("contextmenu", (event) => this.menu(event));
    this.map.on("click", (event) => this.click(event, false));
    this.map.on("dblclick", (event) => this.doubleClick(event));
    this.map.on("movestart zoomstart", () => this.tooltip.hide());
    this.map.on("moveend", () => this.crosshairMoved());
  }

  /** @param {MouseEvent} event */
  point(event) {
    return this.map.mouseEventToContainerPoint(event);
  }

  // --- mouse ----------------------------------------------------------------------------------

  /** @param {MouseEvent} event */
  down(event) {
    if (event.button !== 0 || !this.onMap(event)) return;
    const at = this.point(event);
    this.boxed = false;
    this.tooltip.hide();
    if (this.tools.boxing || (event.shiftKey && !this.tools.active)) {
      this.box = { from: at, box: element(this.map.getContainer(), "qroc-box"), shift: event.shiftKey };
      this.drawBox(at);
    } else {
      this.tools.press(at);
    }
  }

  /** @param {Event} event */
  onMap(event) {
    return !(event.target instanceof Element && event.target.closest(".leaflet-control"));
  }

  /** @param {MouseEvent} event */
  moved(event) {
    this.at = this.point(event);
    if (this.box) this.drawBox(this.at);
    else if (this.tools.active) this.tools.moveTo(this.at);
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      if (this.at) this.hover(this.at, event.buttons !== 0);
    });
  }

  /**
   * @param {L.Point} at
   * @param {boolean} pressed
   */
  hover(at, pressed) {
    if (this.furniture.crosshair.hidden) this.tellPointer(this.map.containerPointToLatLng(at));
    if (pressed || this.tools.name) {
      this.indicate("", null, at);
      return;
    }
    const item = this.hits.stackAt(at)[0] ?? this.hits.itemsAt(at)[0];
    const cluster = item ? undefined : this.hits.clusterAt(at);
    const lines = item ? this.lines(item) : cluster ? clusterLines(cluster) : null;
    this.indicate(item?.id ?? "", lines, at);
  }

  /** @param {import("./picture.js").Item} item */
  lines(item) {
    const { picture } = this.layer;
    const { locked, source } = this.layer.look(item.layer);
    const lines = itemLines(item, picture.shapes.get(item.id), picture.time(), locked, source);
    return [...lines, ...behindLines(item.behind)];
  }

  /**
   * @param {string} id
   * @param {string[] | null} lines
   * @param {{ x: number, y: number }} at
   */
  indicate(id, lines, at) {
    if (lines) this.tooltip.show(lines, at);
    else this.tooltip.hide();
    this.map.getContainer().classList.toggle("qroc-over-item", Boolean(lines));
    if (this.marks.hovered === id) return;
    this.marks.hovered = id;
    this.marks.invalidate();
  }

  left() {
    this.at = null;
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    this.indicate("", null, { x: 0, y: 0 });
  }

  /** @param {L.LatLng} latlng */
  tellPointer(latlng) {
    const [lon, lat] = position(latlng);
    this.tell({ is: "pointer", lon, lat });
  }

  /** @param {L.Point} to */
  drawBox(to) {
    if (!this.box) return;
    const { from, box } = this.box;
    box.style.left = `${Math.min(from.x, to.x)}px`;
    box.style.top = `${Math.min(from.y, to.y)}px`;
    box.style.width = `${Math.abs(from.x - to.x)}px`;
    box.style.height = `${Math.abs(from.y - to.y)}px`;
  }

  /** @param {MouseEvent} event */
  up(event) {
    if (event.button !== 0) return;
    const at = this.point(event);
    if (this.box) this.endBox(at);
    else this.tools.release(at);
  }

  /** @param {L.Point} at */
  endBox(at) {
    const drawn = this.box;
    this.box = null;
    if (!drawn) return;
    drawn.box.remove();
    if (drawn.from.distanceTo(at) <= STILL) return;
    this.boxed = true;
    const box = L.bounds(drawn.from, at);
    const southWest = this.map.containerPointToLatLng(box.getBottomLeft()).wrap();
    const northEast = this.map.containerPointToLatLng(box.getTopRight()).wrap();
    this.tell({
      is: "boxed",
      ids: this.hits.within(box).map((item) => item.id),
      bounds: [southWest.lng, southWest.lat, northEast.lng, northEast.lat],
      shift: drawn.shift && this.tools.boxing,
    });
    if (this.tools.boxing) this.tools.stop(true);
  }

  /**
   * @param {L.LeafletMouseEvent} event
   * @param {boolean} double
   */
  click(event, double) {
    const at = event.containerPoint;
    if (this.boxed) return;
    if (this.tools.active) {
      this.tools.click(at);
      return;
    }
    // The second click of a double click is no further choice among several items.
    if (!double && event.originalEvent.detail > 1) return;
    const stack = this.hits.stackAt(at);
    if (stack.length && this.spreadOut(stack)) return;
    const items = stack.length ? stack : this.hits.itemsAt(at);
    const cluster = items.length ? undefined : this.hits.clusterAt(at);
    if (cluster) {
      this.open(cluster);
      return;
    }
    this.tellClicked(items.map((item) => item.id), event.latlng, event.originalEvent, double);
  }

  /**
   * @param {string[]} ids
   * @param {L.LatLng} latlng
   * @param {{ shiftKey: boolean, ctrlKey: boolean, metaKey: boolean }} keys
   * @param {boolean} double
   */
  tellClicked(ids, latlng, keys, double) {
    const [lon, lat] = position(latlng);
    this.tell({ is: "clicked", ids, lon, lat, shift: keys.shiftKey, control: keys.ctrlKey || keys.metaKey, double });
  }

  /** @param {L.LeafletMouseEvent} event */
  doubleClick(event) {
    if (this.tools.active) {
      this.tools.finish();
      return;
    }
    if (this.hits.itemsAt(event.containerPoint).length) {
      // Opening an item and zooming in would be two things for one gesture.
      this.map.doubleClickZoom.disable();
      setTimeout(() => this.map.doubleClickZoom.enable());
      this.click(event, true);
    }
  }

  /** Zoom in until the cluster falls apart. @param {import("./picture.js").Cluster} cluster */
  open(cluster) {
    const [west, south, east, north] = cluster.bounds;
    const bounds = L.latLngBounds([south, west], [north, east < west ? east + 360 : east]);
    const zoom = Math.min(this.map.getBoundsZoom(bounds.pad(0.1)), this.map.getMaxZoom());
    this.map.setView(bounds.getCenter(), Math.max(zoom, Math.min(this.map.getZoom() + 1, this.map.getMaxZoom())));
  }

  /**
   * Zoom in until a stack falls apart; false where no zoom could do that, or hardly.
   * @param {import("./picture.js").Item[]} stack
   */
  spreadOut(stack) {
    const { west, south, east, north } = spread(stack);
    const corner = (/** @type {number} */ x, /** @type {number} */ y) => this.tools.nearest((x - 0.5) * 360, latitude(y));
    const bounds = L.latLngBounds(corner(west, south), corner(east, north));
    const most = this.map.getMaxZoom();
    const apart = this.layer.symbolSize(/** @type {import("./projection.js").Frame} */ (this.layer.frame));
    if (Math.max(east - west, south - north) * 256 * 2 ** most < apart || this.map.getZoom() >= most) return false;
    const zoom = Math.max(this.map.getZoom() + 1, Math.min(most, this.map.getBoundsZoom(bounds.pad(0.3))));
    this.map.setView(bounds.getCenter(), Math.min(most, zoom));
    return true;
  }

  /** @param {MouseEvent} event */
  menu(event) {
    event.preventDefault();
    if (this.tools.active) {
      this.tools.finish();
      return;
    }
    this.tellMenu(this.point(event));
  }

  /** @param {L.Point} at */
  tellMenu(at) {
    const [lon, lat] = position(this.map.containerPointToLatLng(at));
    this.tell({ is: "context", ids: this.hits.itemsAt(at).map((item) => item.id), lon, lat, x: at.x, y: at.y });
  }

  // --- keyboard -------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target instanceof HTMLElement && event.target.closest(".leaflet-control") && event.key !== "Escape") return;
    const handled = (this.tools.name && this.tools.key(event)) || this.plainKey(event);
    if (!handled) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {KeyboardEvent} event */
  plainKey(event) {
    const arrow = event.key.startsWith("Arrow");
    if (arrow && this.tools.active) this.tools.aim();
    if (arrow && event.ctrlKey) return this.finePan(event.key);
    if (event.ctrlKey || event.altKey || event.metaKey || this.tools.name) return false;
    switch (event.key) {
      case "n":
      case "N":
        return this.step(event.shiftKey ? -1 : 1);
      case "x":
        this.furniture.crosshair.hidden = !this.furniture.crosshair.hidden;
        this.crosshairMoved();
        return true;
      case "Enter":
        return this.enter(event);
      case "Escape":
        return this.leave();
      case "ContextMenu":
        this.tellMenu(this.focusPoint());
        return true;
      default:
        return false;
    }
  }

  /** @param {string} key */
  finePan(key) {
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-FINE, 0], ArrowRight: [FINE, 0], ArrowUp: [0, -FINE], ArrowDown: [0, FINE] };
    if (!ways[key]) return false;
    this.map.panBy(ways[key], { animate: false });
    return true;
  }

  /** The crosshair follows the middle of the map. */
  crosshairMoved() {
    if (this.furniture.crosshair.hidden) return;
    if (this.tools.active) this.tools.aim();
    this.tellPointer(this.map.getCenter());
  }

  /**
   * Go to the next item on the screen, from top left to bottom right.
   * @param {number} by
   */
  step(by) {
    const size = this.map.getSize();
    const items = this.hits.within(L.bounds([0, 0], size)).sort((a, b) => a.y - b.y || a.x - b.x);
    if (!items.length) return true;
    const now = items.findIndex((item) => item.id === this.focused);
    const item = items[now < 0 ? (by > 0 ? 0 : items.length - 1) : (now + by + items.length) % items.length];
    this.focused = item.id;
    const lines = this.lines(item);
    this.indicate(item.id, lines, this.focusPoint());
    this.furniture.spoken.textContent = lines.filter(Boolean).join(", ");
    return true;
  }

  /** Where the keyboard is: on the focused item, or in the middle. */
  focusPoint() {
    const item = this.layer.picture.items.get(this.focused);
    if (!item || item.x !== item.x) return this.map.getSize().divideBy(2);
    return this.map.latLngToContainerPoint(this.tools.nearest((item.x - 0.5) * 360, latitude(item.y)));
  }

  /** @param {KeyboardEvent} event */
  enter(event) {
    if (this.focused && this.layer.picture.items.has(this.focused)) {
      this.tellClicked([this.focused], this.map.containerPointToLatLng(this.focusPoint()), event, false);
    } else if (!this.furniture.crosshair.hidden) {
      const middle = this.map.getSize().divideBy(2);
      this.tellClicked(this.hits.itemsAt(middle).map((item) => item.id), this.map.getCenter(), event, false);
    }
    return true;
  }

  /** Nothing is pointed at, marked or selected any more. */
  leave() {
    this.focused = "";
    this.furniture.crosshair.hidden = true;
    this.marks.marker = null;
    this.marks.sketch = null;
    this.indicate("", null, { x: 0, y: 0 });
    this.marks.invalidate();
    this.tellClicked([], this.map.getCenter(), { shiftKey: false, ctrlKey: false, metaKey: false }, false);
    return true;
  }
}
