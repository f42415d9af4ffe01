// @ts-check
/// <reference types="leaflet" />
/** Asks the program for the picture in view: one question at a time, the last wish wins. */

/** Asked for beyond the view, so that a pan shows items already; part of the view's width and height. */
const MARGIN = 0.15;

export class Asking {
  /**
   * @param {L.Map} map
   * @param {import("./picture.js").Picture} picture
   * @param {() => void} taken after every answer
   * @param {(text: string) => void} failed
   */
  constructor(map, picture, taken, failed) {
    this.map = map;
    this.picture = picture;
    this.taken = taken;
    this.failed = failed;
    this.busy = false;
    this.again = false;
    this.allowed = false;
    this.leaving = false;
    // A page that is loaded again breaks its own questions off; that is no trouble to tell of.
    addEventListener("pagehide", () => {
      this.leaving = true;
    });
  }

  /** From now on questions are asked: the program has said what is to be shown. */
  begin() {
    this.allowed = true;
    this.ask();
  }

  ask() {
    if (!this.allowed) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    this.again = false;
    this.fetch()
      .catch((error) => {
        if (!this.leaving) this.failed(`picture: ${error}`);
      })
      .finally(() => {
        this.busy = false;
        if (this.again) this.ask();
      });
  }

  async fetch() {
    const bounds = this.map.getBounds().pad(MARGIN);
    const query = new URLSearchParams({
      w: String(bounds.getWest()),
      s: String(bounds.getSouth()),
      e: String(bounds.getEast()),
      n: String(bounds.getNorth()),
      z: String(this.map.getZoom()),
      since: String(this.picture.token),
    });
    const response = await fetch(`/picture?${query}`);
    if (!response.ok) throw new Error(`answer ${response.status}`);
    this.picture.take(await response.json());
    this.taken();
  }
}
