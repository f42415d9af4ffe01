// @ts-check
/// <reference types="leaflet" />
/** The tool at work, by mouse and by keyboard alike. */

import { Drawing } from "./drawing.js";
import { Editing } from "./editing.js";

/** @typedef {[number, number]} Position */

/** A second click this near is the end of a double click, not another vertex. CSS pixels, milliseconds. */
const SAME_PLACE = 4;
const SAME_TIME = 450;
/** How near a handle is taken hold of. */
const GRASP = 10;

/**
 * @param {L.LatLng} latlng
 * @returns {Position} within 180 degrees, to the centimetre
 */
export function position(latlng) {
  const { lat, lng } = latlng.wrap();
  return [Number(lng.toFixed(7)), Number(lat.toFixed(7))];
}

export class Tools {
  /**
   * @param {L.Map} map
   * @param {import("./markslayer.js").MarksLayer} marks
   * @param {import("./panes.js").Furniture} furniture
   * @param {(event: Record<string, any>) => void} tell
   */
  constructor(map, marks, furniture, tell) {
    this.map = map;
    this.marks = marks;
    this.furniture = furniture;
    this.tell = tell;
    /** @type {Drawing | Editing | null} */
    this.active = null;
    /** Whether the next drag draws a box. */
    this.boxing = false;
    /** Handle that the mouse holds. */
    this.held = -1;
    /** @type {{ at: L.Point, time: number } | null} */
    this.lastClick = null;
    /** @type {L.Point | null} where a circle's centre was pressed */
    this.pressed = null;
  }

  get name() {
    return this.boxing ? "box" : this.active?.name ?? "";
  }

  /**
   * @param {string} name
   * @param {number[]} radii
   * @param {Position | null} [start]
   */
  start(name, radii, start = null) {
    this.stop(false);
    this.marks.sketch = null;
    if (name === "box") this.boxing = true;
    else this.active = new Drawing(name, radii, start);
    this.begun();
  }

  /**
   * @param {string} id
   * @param {import("./picture.js").ShapeData} shape
   */
  edit(id, shape) {
    this.stop(false);
    this.active = new Editing(id, shape);
    this.begun();
  }

  begun() {
    this.map.doubleClickZoom.disable();
    if (this.boxing || (this.active instanceof Drawing && this.active.round)) this.map.dragging.disable();
    this.map.getContainer().classList.add("qroc-tooling");
    this.map.getContainer().focus({ preventScroll: true });
    // For the keyboard, and so that it can be seen that a tool has begun; the mouse's first move hides it.
    if (this.active instanceof Drawing) this.aim();
    this.stepped();
  }

  /** End without a result; what was measured goes too. */
  cancel() {
    if (!this.stop(false)) {
      this.marks.sketch = null;
      this.marks.invalidate();
    }
  }

  /**
   * @param {boolean} finished whether there is a result
   * @returns {boolean} whether there was a tool
   */
  stop(finished) {
    const name = this.name;
    if (!name) return false;
    const keeps = finished && this.active instanceof Drawing && this.active.measures;
    if (!keeps) this.marks.sketch = null;
    this.active = null;
    this.boxing = false;
    this.held = -1;
    this.pressed = null;
    this.lastClick = null;
    this.map.doubleClickZoom.enable();
    this.map.dragging.enable();
    this.map.getContainer().classList.remove("qroc-tooling");
    this.furniture.crosshair.hidden = true;
    this.marks.invalidate();
    this.tell({ is: "tool-ended", tool: name, finished });
    return true;
  }

  /** A step was taken: draw it and say so. */
  stepped() {
    const active = this.active;
    this.redraw();
    if (active instanceof Drawing) {
      this.tell({ is: "tool-changed", tool: active.name, points: active.points.length, step: active.step });
      if (active.measures) this.tellMeasured(active, false);
    } else if (active) {
      this.tell({ is: "tool-changed", tool: "edit", points: active.handles().length, step: "edit" });
    } else {
      this.tell({ is: "tool-changed", tool: "box", points: 0, step: "first" });
    }
  }

  /**
   * @param {Drawing} drawing
   * @param {boolean} done
   */
  tellMeasured(drawing, done) {
    this.tell({ is: "measured", points: drawing.points, length_m: drawing.length, area_m2: drawing.area, done });
  }

  redraw() {
    this.marks.sketch = this.active ? this.active.sketch() : null;
    this.marks.invalidate();
  }

  /**
   * Put a position of the drawing.
   * @param {L.LatLng} latlng
   */
  put(latlng) {
    if (!(this.active instanceof Drawing)) return;
    if (this.active.add(position(latlng))) this.finish();
    else this.stepped();
  }

  finish() {
    const active = this.active;
    if (active instanceof Editing) {
      this.tell({ is: "edited", id: active.id, shape: active.result() });
      this.stop(true);
    } else if (active instanceof Drawing && active.shape) {
      active.finished = true;
      this.redraw();
      if (active.measures) this.tellMeasured(active, true);
      else this.tell({ is: "drawn", tool: active.name, shape: active.shape });
      this.stop(true);
    }
  }

  // --- by mouse -------------------------------------------------------------------------------

  /**
   * @param {L.Point} at container point
   * @returns {boolean} whether the tool takes the press for itself
   */
  press(at) {
    if (this.active instanceof Editing) return this.grasp(this.active, at);
    if (this.active instanceof Drawing && this.active.round && !this.active.points.length) {
      this.pressed = at;
      this.put(this.map.containerPointToLatLng(at));
      return true;
    }
    return false;
  }

  /**
   * @param {Editing} editing
   * @param {L.Point} at
   */
  grasp(editing, at) {
    this.held = this.near(editing.handles(), at);
    if (this.held < 0) {
      const middles = editing.middles();
      const middle = this.near(middles.map((candidate) => candidate.at), at);
      if (middle < 0) return false;
      editing.insert(middles[middle].after);
      this.held = editing.active;
    }
    editing.active = this.held;
    this.map.dragging.disable();
    this.redraw();
    return true;
  }

  /**
   * @param {Position[]} places
   * @param {L.Point} at
   */
  near(places, at) {
    let [best, nearest] = [-1, GRASP];
    places.forEach(([lon, lat], i) => {
      const away = this.map.latLngToContainerPoint(this.nearest(lon, lat)).distanceTo(at);
      if (away <= nearest) [best, nearest] = [i, away];
    });
    return best;
  }

  /**
   * The copy of a place nearest to the middle of the map.
   * @param {number} lon
   * @param {number} lat
   */
  nearest(lon, lat) {
    return L.latLng(lat, lon + 360 * Math.round((this.map.getCenter().lng - lon) / 360));
  }

  /** @param {L.Point} at */
  moveTo(at) {
    const latlng = this.map.containerPointToLatLng(at);
    if (this.active instanceof Editing) {
      if (this.held < 0) return;
      this.active.move(this.held, position(latlng));
      this.redraw();
    } else if (this.active) {
      this.furniture.crosshair.hidden = true;
      this.active.cursor = position(latlng);
      this.redraw();
    }
  }

  /** @param {L.Point} at */
  release(at) {
    if (this.held >= 0) {
      this.held = -1;
      this.map.dragging.enable();
      this.stepped();
    }
    const drawing = this.active;
    // Pressed, pulled and let go: the way from the centre is the radius. Only pressed: the next click gives it.
    if (this.pressed && drawing instanceof Drawing && at.distanceTo(this.pressed) > SAME_PLACE) {
      this.put(this.map.containerPointToLatLng(at));
      this.lastClick = { at, time: performance.now() };
    }
    if (this.pressed) this.lastClick = { at, time: performance.now() };
    this.pressed = null;
  }

  /** @param {L.Point} at */
  click(at) {
    const now = performance.now();
    const last = this.lastClick;
    this.lastClick = { at, time: now };
    if (last && last.at.distanceTo(at) <= SAME_PLACE && now - last.time < SAME_TIME) return;
    this.put(this.map.containerPointToLatLng(at));
  }

  // --- by keyboard ----------------------------------------------------------------------------

  /** Show where the keyboard draws. */
  aim() {
    this.furniture.crosshair.hidden = false;
    if (this.active instanceof Drawing) {
      this.active.cursor = position(this.map.getCenter());
      this.redraw();
    }
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was the tool's
   */
  key(event) {
    if (event.key === "Escape") {
      this.cancel();
      return true;
    }
    if (this.active instanceof Drawing) return this.drawingKey(this.active, event);
    if (this.active instanceof Editing) return this.editingKey(this.active, event);
    return false;
  }

  /**
   * @param {Drawing} drawing
   * @param {KeyboardEvent} event
   */
  drawingKey(drawing, event) {
    switch (event.key) {
      case "Enter":
        // A point, and the last position of anything, may be set by the same key that finishes it.
        if (drawing.enough) this.finish();
        else this.put(this.map.getCenter());
        return true;
      case " ":
        this.aim();
        this.put(this.map.getCenter());
        return true;
      case "Backspace":
      case "Delete":
        drawing.undo();
        this.stepped();
        return true;
      default:
        return false;
    }
  }

  /**
   * @param {Editing} editing
   * @param {KeyboardEvent} event
   */
  editingKey(editing, event) {
    const count = editing.handles().length;
    switch (event.key) {
      case "Enter":
        this.finish();
        return true;
      case "n":
      case "N":
        editing.active = (editing.active + (event.shiftKey ? count - 1 : 1)) % count;
        this.reveal(editing);
        return true;
      case "Insert":
      case "i":
        editing.insert(editing.active);
        break;
      case "Backspace":
      case "Delete":
        editing.remove();
        break;
      default:
        return this.nudge(editing, event);
    }
    this.stepped();
    return true;
  }

  /**
   * @param {Editing} editing
   * @param {KeyboardEvent} event
   */
  nudge(editing, event) {
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (!way) return false;
    const by = event.shiftKey ? 20 : event.ctrlKey ? 1 : 5;
    const [lon, lat] = editing.handles()[editing.active];
    const at = this.map.latLngToContainerPoint(this.nearest(lon, lat)).add([way[0] * by, way[1] * by]);
    editing.move(editing.active, position(this.map.containerPointToLatLng(at)));
    this.reveal(editing);
    return true;
  }

  /** Keep the active vertex on the screen. @param {Editing} editing */
  reveal(editing) {
    const [lon, lat] = editing.handles()[editing.active];
    this.map.panInside(this.nearest(lon, lat), { padding: [60, 60], animate: false });
    this.redraw();
  }
}
