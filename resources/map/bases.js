// @ts-check
/// <reference types="leaflet" />
/** Base maps below the picture: all vector archives in one layer, pictures each in its own. */

import { basemapLayer } from "./basemap.js";
import { ByteSource } from "./tilesources.js";

/** @typedef {{ id: string, kind: string, attribution: string, opacity: number, min_zoom: number, max_zoom: number, streets: boolean, bounds: number[], schema: any }} BaseMap */

export class Bases {
  /**
   * @param {L.Map} map
   * @param {HTMLElement} credits where attributions are written
   */
  constructor(map, credits) {
    this.map = map;
    this.credits = credits;
    /** @type {BaseMap[]} */
    this.maps = [];
    /** @type {any} */
    this.vector = null;
    this.vectorKey = "";
    /** @type {Map<string, { layer: L.TileLayer, key: string }>} */
    this.rasters = new Map();
    /** @type {any} */
    this.style = null;
    this.language = "en";
  }

  /** @param {any} style as its file holds it; one without rules draws nothing */
  useStyle(style) {
    this.style = style;
    this.map.getContainer().style.backgroundColor = style.background ?? "";
    this.restyle();
  }

  /** @param {string} code */
  useLanguage(code) {
    if (code === this.language) return;
    this.language = code;
    this.restyle();
  }

  restyle() {
    if (this.vector && this.style?.rules) this.vector.restyle(this.style, this.language);
    else this.showVector();
  }

  /** @param {BaseMap[]} maps the first at the bottom */
  use(maps) {
    this.maps = maps;
    this.showVector();
    this.showRasters();
    this.credits.textContent = [...new Set(maps.map((map) => map.attribution).filter(Boolean))].join(" · ");
  }

  showVector() {
    const vectors = this.maps.filter(isVector);
    const key = vectors.map((map) => `${map.id}:${map.max_zoom}:${map.streets}`).join("|");
    if (key !== this.vectorKey || !this.vector) {
      this.vector?.remove();
      this.vector = null;
      this.vectorKey = key;
      if (vectors.length && this.style?.rules) this.vector = this.made(vectors).addTo(this.map);
    }
    this.vector?.setOpacity(vectors[0]?.opacity ?? 1);
    this.vector?.setZIndex(this.maps.findIndex(isVector) + 1);
  }

  /** @param {BaseMap[]} vectors */
  made(vectors) {
    const archives = vectors.map((map) => ({
      name: map.streets ? map.id : "world",
      ...(map.kind === "vector-file" ? fileOf(map) : tilesOf(map)),
      maxDataZoom: map.max_zoom,
      streets: map.streets,
      schema: map.schema,
    }));
    // Its own attributions are markup; ours are written as text.
    const options = { attribution: "", pane: "tilePane", updateWhenIdle: false, keepBuffer: 1 };
    return basemapLayer({ style: this.style, language: this.language, archives, options });
  }

  showRasters() {
    const wanted = new Map(this.maps.filter((map) => map.kind === "raster").map((map) => [map.id, map]));
    for (const [id, { layer, key }] of this.rasters) {
      const map = wanted.get(id);
      if (map && rasterKey(map) === key) continue;
      layer.remove();
      this.rasters.delete(id);
    }
    for (const [id, map] of wanted) {
      let shown = this.rasters.get(id);
      if (!shown) {
        const layer = L.tileLayer(`/tiles/${encodeURIComponent(id)}/{z}/{x}/{y}`, {
          minZoom: map.min_zoom, maxNativeZoom: map.max_zoom, maxZoom: 22,
        });
        shown = { layer: layer.addTo(this.map), key: rasterKey(map) };
        this.rasters.set(id, shown);
      }
      shown.layer.setOpacity(map.opacity);
      shown.layer.setZIndex(this.maps.indexOf(map) + 1);
    }
  }
}

/** @param {BaseMap} map */
function isVector(map) {
  return map.kind === "vector-file" || map.kind === "vector-tiles";
}

/**
 * One file that the page reads itself.
 * @param {BaseMap} map
 */
function fileOf(map) {
  const library = /** @type {any} */ (globalThis).pmtiles;
  return { archive: new library.PMTiles(new ByteSource(`/ranges/${encodeURIComponent(map.id)}`)) };
}

/**
 * Tiles that the program reads, one by one: it unpacks none that is too large.
 * @param {BaseMap} map
 */
function tilesOf(map) {
  const [minLon, minLat, maxLon, maxLat] = map.bounds;
  return {
    address: `/tiles/${encodeURIComponent(map.id)}/{z}/{x}/{y}`,
    header: { minZoom: map.min_zoom, minLon, minLat, maxLon, maxLat },
  };
}

/** @param {BaseMap} map */
function rasterKey(map) {
  return `${map.min_zoom}:${map.max_zoom}`;
}
