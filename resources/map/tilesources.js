/* Where the tiles of the base map come from: archives on disk, or tiles one by one. */

import { Schema } from "./schemas.js";

/** @import { Archive, Bbox, Geometry, Header, Layers, Library, TileSource, Zxy } from "./vocabulary.d.ts" */

/* Reads bytes of an archive by offset and length from an address that answers `?offset=..&length=..`. */
export class ByteSource {
  /** @param {string} address */
  constructor(address) {
    this.address = address;
  }

  getKey() {
    return this.address;
  }

  /**
   * @param {number} offset
   * @param {number} length
   * @param {AbortSignal} [signal]
   */
  async getBytes(offset, length, signal) {
    const answer = await fetch(`${this.address}?offset=${offset}&length=${length}`, { signal });
    if (!answer.ok) throw new Error(`${this.address}: ${answer.status}`);
    return { data: await answer.arrayBuffer() };
  }
}

/* Tiles of one archive. Where a tile is absent its parent is enlarged, so that regions may have more zooms
 * than the world; points beyond the tile are dropped, or a name near an edge would be laid out twice.
 * inner: what gives one tile. header: its least zoom and sides in degrees, or a promise of them.
 * schema: the table of a foreign schema, whose layers become ours as soon as they are read. */
export class ParentSource {
  /**
   * @param {TileSource} inner
   * @param {Header | Promise<Header>} header
   * @param {Schema | null} schema
   */
  constructor(inner, header, schema = null) {
    this.inner = inner;
    this.header = header;
    this.schema = schema;
    /** @type {Map<string, Promise<Layers>>} */
    this.parents = new Map();
  }

  /**
   * @param {Zxy} tile
   * @param {number} size
   * @returns {Promise<Layers>}
   */
  async get(tile, size) {
    const header = await this.header;
    const minZoom = Math.max(header.minZoom, this.schema?.minZoom ?? 0);
    if (tile.z < minZoom || !touches(tile, header)) return new Map();
    for (let up = 0; tile.z - up >= minZoom; up++) {
      const found = await this.load({ z: tile.z - up, x: tile.x >> up, y: tile.y >> up }, size, up > 0);
      if (found.size > 0) return partOf(found, up, tile, size);
    }
    return new Map();
  }

  /**
   * A tile in our own layers. A broken one of a foreign archive is a hole in the map and no more.
   * @param {Zxy} tile
   * @param {number} size
   * @returns {Promise<Layers>}
   */
  async read(tile, size) {
    if (!this.schema) return this.inner.get(tile, size);
    try {
      const found = await this.inner.get(tile, size);
      return this.schema.translated(found, size, windowOf(tile, await this.header, size));
    } catch (error) {
      console.info(`tile ${tile.z}/${tile.x}/${tile.y} of a base map is broken: ${error}`);
      return new Map();
    }
  }

  /**
   * @param {Zxy} tile
   * @param {number} size
   * @param {boolean} keep
   */
  load(tile, size, keep) {
    if (!keep) return this.read(tile, size);
    const key = `${tile.z}/${tile.x}/${tile.y}`;
    let pending = this.parents.get(key);
    if (pending === undefined) {
      pending = this.read(tile, size);
      this.parents.set(key, pending);
      pending.catch(() => this.parents.delete(key));
      for (const oldest of this.parents.keys()) {
        if (this.parents.size <= 32) break;
        this.parents.delete(oldest);
      }
    }
    return pending;
  }
}

/**
 * @param {Zxy} tile
 * @param {Header} header
 */
function touches(tile, header) {
  const span = 360 / 2 ** tile.z;
  const west = tile.x * span - 180;
  const latitude = (/** @type {number} */ y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** tile.z))) * 180) / Math.PI;
  return (
    west <= header.maxLon && west + span >= header.minLon &&
    latitude(tile.y + 1) <= header.maxLat && latitude(tile.y) >= header.minLat
  );
}

/**
 * The part of a tile that lies within an archive's sides, in pixels of the tile.
 * @param {Zxy} tile
 * @param {Header} header
 * @param {number} size
 * @returns {Bbox}
 */
function windowOf(tile, header, size) {
  const world = size * 2 ** tile.z;
  const x = (/** @type {number} */ lon) => ((lon + 180) / 360) * world - tile.x * size;
  const y = (/** @type {number} */ lat) => {
    const bounded = Math.max(-85.0511, Math.min(85.0511, lat));
    return (0.5 - Math.asinh(Math.tan((bounded * Math.PI) / 180)) / (2 * Math.PI)) * world - tile.y * size;
  };
  const within = (/** @type {number} */ value) => Math.max(0, Math.min(size, value));
  return {
    minX: within(x(header.minLon)), minY: within(y(header.maxLat)),
    maxX: within(x(header.maxLon)), maxY: within(y(header.minLat)),
  };
}

/**
 * @param {Layers} layers
 * @param {number} up
 * @param {Zxy} tile
 * @param {number} size
 */
function partOf(layers, up, tile, size) {
  const scale = 2 ** up;
  const left = (tile.x - ((tile.x >> up) << up)) * size;
  const top = (tile.y - ((tile.y >> up) << up)) * size;
  const margin = size / 16;
  /** @type {Layers} */
  const parts = new Map();
  for (const [name, features] of layers) {
    const kept = [];
    for (const feature of features) {
      const { minX, minY, maxX, maxY } = feature.bbox;
      const bbox = {
        minX: minX * scale - left, minY: minY * scale - top, maxX: maxX * scale - left, maxY: maxY * scale - top,
      };
      const reach = feature.geomType === 1 ? 0 : margin;
      if (bbox.maxX < -reach || bbox.maxY < -reach || bbox.minX > size + reach || bbox.minY > size + reach) continue;
      if (feature.geomType === 1 && (bbox.minX >= size || bbox.minY >= size)) continue;
      kept.push(up === 0 ? feature : { ...feature, bbox, geom: moved(feature.geom, scale, left, top) });
    }
    if (kept.length > 0) parts.set(name, kept);
  }
  return parts;
}

/**
 * @param {Geometry} geometry
 * @param {number} scale
 * @param {number} left
 * @param {number} top
 */
function moved(geometry, scale, left, top) {
  return geometry.map((line) =>
    line.map((point) => {
      const copy = point.clone();
      copy.x = point.x * scale - left;
      copy.y = point.y * scale - top;
      return copy;
    }),
  );
}

/**
 * The tiles of an archive as the base map's layer reads them: of a PMTiles object, or of the address of single tiles
 * (`{z}/{x}/{y}` in it); `schema`, a table of maps/styles/schemas, where the layers are not ours.
 * @param {Archive} entry
 * @param {Library} library
 */
export function sourceOf(entry, library) {
  const schema = entry.schema ? new Schema(entry.schema) : null;
  if (entry.archive) {
    return new ParentSource(new library.PmtilesSource(entry.archive, false), entry.archive.getHeader(), schema);
  }
  return new ParentSource(new library.ZxySource(entry.address, false), entry.header, schema);
}
