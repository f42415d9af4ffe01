/* Vector tiles in the schemas of others, as layers of our own: follows the tables of maps/styles/schemas.
 *
 * The vocabulary is described in maps/styles/README.md; qroc_desktop/reports/schemas.py follows the same tables on paper.
 */

/** @import { Bbox, Draw, Feature, Layers, Point, Props, Table } from "./vocabulary.d.ts" */

/* What the name of a layer ends with that holds names alone. */
export const NAMES = "#names";

const GEOMETRIES = { point: 1, line: 2, area: 3 };
/* So many tiles beyond its own a feature may reach; what claims more is no map. */
const FURTHEST = 64;

/**
 * @param {Draw["where"]} conditions
 * @param {boolean} wanted
 */
function testOf(conditions, wanted) {
  const tests = Object.entries(conditions ?? {}).map(([key, values]) => {
    /** @type {Set<unknown>} */
    const set = new Set(Array.isArray(values) ? values : [values]);
    return (/** @type {Props} */ props) => set.has(props[key]) === wanted;
  });
  return (/** @type {Props} */ props) => tests.every((test) => test(props));
}

/**
 * One entry of a table as a function: the feature's properties as our style knows them, or undefined.
 * @param {Draw} draw
 */
function entryOf(draw) {
  const geomType = draw.geometry ? GEOMETRIES[draw.geometry] : undefined;
  const fits = testOf(draw.where, true);
  const clear = testOf(draw.without, false);
  /** @type {Map<unknown, string>} */
  const kinds = new Map();
  for (const [ours, theirs] of Object.entries(draw.kinds ?? {})) for (const one of theirs) kinds.set(one, ours);
  const taken = Object.entries(draw.take ?? {});
  const falling = Object.entries(draw.falling ?? {});
  const layers = { "": [draw.to, draw.to + NAMES], ground: [draw.to], names: [draw.to + NAMES] }[draw.use ?? ""];
  return {
    layers,
    /**
     * @param {Feature} feature
     * @returns {Props | undefined}
     */
    properties({ geomType: type, props }) {
      if ((geomType !== undefined && type !== geomType) || !fits(props) || !clear(props)) return undefined;
      let kind = draw.kind;
      if (kinds.size > 0) {
        const key = draw.by?.find((name) => props[name] !== undefined);
        kind = key === undefined ? undefined : kinds.get(props[key]);
        if (kind === undefined) return undefined;
      }
      /** @type {Props} */
      const done = { ...props, ...draw.set };
      // What they call `kind` and we do not know must not be taken for one of ours.
      delete done.kind;
      if (kind) done.kind = kind;
      for (const [ours, theirs] of taken) if (props[theirs] !== undefined) done[ours] = props[theirs];
      for (const [ours, theirs] of falling) {
        const value = props[theirs];
        if (typeof value === "number") done[ours] = -value;
      }
      return done;
    },
  };
}

/* A table that was made ready. */
export class Schema {
  /** @param {Table} table */
  constructor(table) {
    this.cover = Boolean(table.cover);
    this.minZoom = table.min_zoom ?? 0;
    this.fields = table.fields ?? {};
    /** @type {Map<string, ReturnType<typeof entryOf>[]>} */
    this.byLayer = new Map();
    for (const draw of table.draw) {
      const entries = this.byLayer.get(draw.from);
      if (entries) entries.push(entryOf(draw));
      else this.byLayer.set(draw.from, [entryOf(draw)]);
    }
  }

  /**
   * Where to look for a text, in order, instead of in the fields of our own style.
   * @param {string[]} fields
   */
  texts(fields) {
    return [...new Set(fields.flatMap((field) => this.fields[field] ?? [field]))];
  }

  /**
   * The layers of a tile as layers of our own.
   * @param {Layers} layers
   * @param {number} size
   * @param {Bbox} window the part of the tile that the archive claims, in pixels
   */
  translated(layers, size, window) {
    /** @type {Layers} */
    const done = new Map();
    const put = (/** @type {string} */ name, /** @type {Feature} */ feature) => {
      const features = done.get(name);
      if (features) features.push(feature);
      else done.set(name, [feature]);
    };
    /** @type {Point | undefined} */
    let sample;
    for (const [name, features] of layers) {
      const entries = this.byLayer.get(name) ?? this.byLayer.get("*") ?? [];
      for (const feature of features) {
        if (!isSound(feature, size)) continue;
        sample ??= feature.geom[0][0];
        for (const entry of entries) {
          const props = entry.properties(feature);
          if (props === undefined) continue;
          for (const layer of entry.layers) put(layer, { ...feature, props });
          break;
        }
      }
    }
    if (this.cover && sample) put("cover", coverOf(window, sample));
    return done;
  }
}

/**
 * @param {Feature} feature
 * @param {number} size
 */
function isSound({ geom, bbox }, size) {
  const reach = FURTHEST * size;
  return (
    geom.length > 0 && geom.every((line) => line.length > 0) &&
    bbox.minX > -reach && bbox.minY > -reach && bbox.maxX < reach && bbox.maxY < reach
  );
}

/**
 * Land without end: what hides the coarser world beneath, before the water of the tile is drawn upon it.
 * @param {Bbox} window
 * @param {Point} sample
 * @returns {Feature}
 */
function coverOf(window, sample) {
  const { minX, minY, maxX, maxY } = window;
  const ring = [[minX, minY], [maxX, minY], [maxX, maxY], [minX, maxY], [minX, minY]].map(([x, y]) => {
    const point = sample.clone();
    point.x = x;
    point.y = y;
    return point;
  });
  return { geomType: GEOMETRIES.area, geom: [ring], numVertices: ring.length, bbox: window, props: { kind: "land" } };
}
