// @ts-check
/// <reference types="leaflet" />
/** Where things lie over each other, and the small furniture of a map. */

import { say } from "./words.js";

/**
 * @param {L.Map} map
 */
export function makePanes(map) {
  const levels = { qrocPicture: 410, qrocMarks: 450 };
  for (const [name, level] of Object.entries(levels)) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(level);
    pane.style.pointerEvents = "none";
  }
}

/**
 * @param {HTMLElement} parent
 * @param {string} name
 * @param {string} [tag]
 */
export function element(parent, name, tag = "div") {
  const made = document.createElement(tag);
  made.className = name;
  parent.append(made);
  return made;
}

/** What is written on the map beside the picture itself. */
export class Furniture {
  /** @param {L.Map} map */
  constructor(map) {
    const container = map.getContainer();
    this.map = map;
    this.container = container;
    this.credits = element(container, "qroc-credits");
    this.north = element(container, "qroc-north");
    this.northLetter = element(this.north, "qroc-north-letter");
    this.banner = element(container, "qroc-past");
    this.banner.hidden = true;
    this.crosshair = element(container, "qroc-crosshair");
    this.crosshair.hidden = true;
    this.spoken = element(container, "qroc-spoken");
    this.spoken.setAttribute("role", "status");
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    this.zoom = L.control.zoom({ position: "topright", zoomInTitle: "+", zoomOutTitle: "−" }).addTo(map);
    container.setAttribute("role", "application");
  }

  /** The words changed. */
  relabel() {
    this.northLetter.textContent = say("north");
    this.container.setAttribute("aria-label", say("map"));
  }

  /** @param {string} text over a past picture; empty for the present */
  past(text) {
    this.banner.textContent = text;
    this.banner.hidden = !text;
    this.container.classList.toggle("qroc-is-past", Boolean(text));
  }
}
