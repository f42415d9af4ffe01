/* Draws the styles of maps/styles with protomaps-leaflet: fills, lines and labels on canvas.
 *
 * The vocabulary is described in maps/styles/README.md. Zooms are display zooms: at zoom z the world is
 * 256 * 2^z CSS pixels wide, and a tile of data zoom z - 1 is drawn at 512 pixels.
 */

import { NAMES, Schema } from "./schemas.js";
import { sourceOf } from "./tilesources.js";
import { Way } from "./way.js";

/** @import { Archive, BaseLayer, Conditions, Dot, Feature, Geometry, LabelRule, Layout, Letter, Library, Placed,
 *   Point, Props, Spot, Stops, Style } from "./vocabulary.d.ts" */

const TILE_SIZE = 512;
const LEVEL_DIFF = 1;
/* protomaps-leaflet keeps the labels of 16 tiles; a 4K screen shows some sixty at once. */
const LABELLED_TILES = 256;

/**
 * A number, or stops [[zoom, value], ...] with linear steps between them.
 * @param {Stops} stops
 * @param {number} zoom
 */
export function at(stops, zoom) {
  if (!Array.isArray(stops)) return stops;
  let [lowZoom, low] = stops[0];
  if (zoom <= lowZoom) return low;
  for (const [highZoom, high] of stops.slice(1)) {
    if (zoom <= highZoom) return low + ((high - low) * (zoom - lowZoom)) / (highZoom - lowZoom);
    [lowZoom, low] = [highZoom, high];
  }
  return low;
}

/**
 * A test of a feature's properties: a value, a list of values, or null for "absent".
 * @param {{ filter?: Conditions }} rule
 * @returns {(zoom: number, feature: Feature) => boolean}
 */
export function filterOf(rule) {
  const tests = Object.entries(rule.filter ?? {}).map(([key, wanted]) => {
    /** @type {Set<unknown>} */
    const values = new Set(Array.isArray(wanted) ? wanted : [wanted === null ? undefined : wanted]);
    return (/** @type {Props} */ props) => values.has(props[key]);
  });
  return (_zoom, feature) => tests.every((test) => test(feature.props));
}

/**
 * The feature's text by the rule's fields, `{lang}` replaced; undefined where it has none of them.
 * @param {Pick<LabelRule, "text" | "upper">} rule
 * @param {string} language
 * @param {Props} props
 */
export function textOf(rule, language, props) {
  for (const field of rule.text) {
    const value = props[field.replace("{lang}", language)];
    if (value !== undefined && value !== "") return rule.upper ? String(value).toLocaleUpperCase(language) : String(value);
  }
  return undefined;
}

/**
 * The archives that a rule draws from: its own `source`, or each street archive.
 * @param {{ source: string }} rule
 * @param {string[]} streets
 */
function sourcesOf(rule, streets) {
  return rule.source === "streets" ? streets : [rule.source];
}

/**
 * Paint rules for protomaps-leaflet.
 * @param {Style} style
 * @param {{ streets?: string[], library?: Library }} options streets: names of the street archives
 */
export function paintRules(style, options = {}) {
  const library = options.library ?? globalThis.protomapsL;
  const rules = [];
  for (const rule of style.rules) {
    if (rule.kind !== "fill" && rule.kind !== "line") continue;
    const symbolizer =
      rule.kind === "fill"
        ? new library.PolygonSymbolizer({ fill: rule.colour, opacity: (zoom) => at(rule.opacity ?? 1, zoom) })
        : new library.LineSymbolizer({
            color: rule.colour,
            width: (zoom) => at(rule.width, zoom),
            opacity: (zoom) => at(rule.opacity ?? 1, zoom),
            dash: rule.dash,
            lineCap: rule.cap ?? "butt",
            lineJoin: rule.join ?? "miter",
          });
    for (const source of sourcesOf(rule, options.streets ?? [])) {
      rules.push({
        id: `${rule.id}@${source}`,
        dataSource: source,
        dataLayer: rule.layer,
        minzoom: rule.minzoom,
        maxzoom: rule.maxzoom,
        filter: filterOf(rule),
        symbolizer,
      });
    }
  }
  return rules;
}

/**
 * Label rules for protomaps-leaflet in a language (`de`, `el`, ...), in the style's order of importance.
 * @param {Style} style
 * @param {string} language
 * @param {{ streets?: string[], schemas?: Map<string, Schema> }} options schemas: by source, those that are not our own
 */
export function labelRules(style, language, options = {}) {
  const rules = [];
  for (const rule of style.rules) {
    if (rule.kind !== "label") continue;
    for (const source of sourcesOf(rule, options.streets ?? [])) {
      const schema = options.schemas?.get(source);
      const own = schema ? { ...rule, text: schema.texts(rule.text) } : rule;
      const symbolizer =
        rule.placement === "line" ? new LineLabel(own, style.font, language) : new PointLabel(own, style.font, language);
      rules.push({
        id: `${rule.id}@${source}`,
        dataSource: source,
        dataLayer: schema ? rule.layer + NAMES : rule.layer,
        minzoom: rule.minzoom,
        maxzoom: rule.maxzoom,
        filter: filterOf(rule),
        sort: (/** @type {Props} */ a, /** @type {Props} */ b) => rank(a, rule) - rank(b, rule),
        symbolizer,
      });
    }
  }
  return rules;
}

/**
 * The place of a feature among those of its rule: the least stands first, without a number last.
 * @param {Props} props
 * @param {LabelRule} rule
 */
function rank(props, rule) {
  return Number(props[rule.priority] ?? 1e9);
}

class Text {
  /**
   * @param {LabelRule} rule
   * @param {string} family
   * @param {string} language
   */
  constructor(rule, family, language) {
    this.rule = rule;
    this.family = family;
    this.language = language;
  }

  /** @param {number} zoom */
  font(zoom) {
    const { italic, weight, size } = this.rule;
    return `${italic ? "italic " : ""}${weight ?? 400} ${at(size, zoom)}px ${this.family}`;
  }

  /** @param {number} zoom */
  spacing(zoom) {
    return `${at(this.rule.spacing ?? 0, zoom)}px`;
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} zoom
   */
  prepare(ctx, zoom) {
    ctx.globalAlpha = 1;
    ctx.font = this.font(zoom);
    ctx.letterSpacing = this.spacing(zoom);
    ctx.lineJoin = "round";
    ctx.textBaseline = "alphabetic";
    ctx.fillStyle = this.rule.colour;
    ctx.strokeStyle = this.rule.halo;
    ctx.lineWidth = 2 * this.rule.halo_width;
  }
}

/**
 * Breaks a name at spaces into lines of some `limit` letters; a short rest stays with its neighbour.
 * @param {string} text
 * @param {number | undefined} limit
 */
export function wrapText(text, limit) {
  if (!limit || text.length <= limit) return [text];
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < limit) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/* A name at a point: centred on it, or beside a dot on whichever side is free. */
class PointLabel extends Text {
  /**
   * @param {Layout} layout
   * @param {Geometry} geometry
   * @param {Feature} feature
   * @returns {Placed[] | undefined}
   */
  place(layout, geometry, feature) {
    const text = textOf(this.rule, this.language, feature.props) ?? (this.rule.bare ? "" : undefined);
    if (text === undefined) return undefined;
    const anchor = feature.geomType === 1 ? geometry[0][0] : middleOf(geometry);
    const zoom = layout.zoom;
    if (this.rule.yields && this.named(layout, anchor, this.rule.yields / metresPerPixel(anchor.y, zoom))) return undefined;
    const lines = wrapText(text, this.rule.wrap);
    this.prepare(layout.scratch, zoom);
    const size = at(this.rule.size, zoom);
    const width = Math.max(...lines.map((line) => layout.scratch.measureText(line).width));
    layout.scratch.letterSpacing = "0px";
    const height = lines.length * size * 1.15;
    const dot = this.rule.dot;
    const radius = dot ? at(dot.radius, zoom) : 0;
    for (const [x, y, align] of this.sides(width, height, radius)) {
      const box = {
        minX: anchor.x + x - 2, minY: anchor.y + y - 1, maxX: anchor.x + x + width + 2, maxY: anchor.y + y + height + 1,
      };
      if (radius > 0) {
        box.minX = Math.min(box.minX, anchor.x - radius - 1);
        box.maxX = Math.max(box.maxX, anchor.x + radius + 1);
        box.minY = Math.min(box.minY, anchor.y - radius - 1);
        box.maxY = Math.max(box.maxY, anchor.y + radius + 1);
      }
      if (layout.index.bboxCollides(box, Infinity)) continue;
      const draw = (/** @type {CanvasRenderingContext2D} */ ctx) => this.draw(ctx, zoom, lines, x, y, width, align, radius);
      /** @type {Placed} */
      const label = { anchor, bboxes: [box], draw: Object.assign(draw, { leads: this.rule.leads }) };
      if (this.rule.once) {
        label.deduplicationKey = text;
        label.deduplicationDistance = this.rule.once / metresPerPixel(anchor.y, zoom);
      }
      return [label];
    }
    return undefined;
  }

  /**
   * Whether a label that leads stands within `reach` pixels already. The library keeps of a label what draws it.
   * @param {Layout} layout
   * @param {Point} around
   * @param {number} reach
   */
  named(layout, { x, y }, reach) {
    const around = { minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach };
    for (const { indexedLabel } of layout.index.tree.search(around)) {
      const { anchor, draw } = /** @type {Placed} */ (indexedLabel);
      if (draw.leads && Math.hypot(anchor.x - x, anchor.y - y) < reach) return true;
    }
    return false;
  }

  /**
   * Where the text may stand from its anchor, and how its lines are aligned.
   * @param {number} width
   * @param {number} height
   * @param {number} radius
   * @returns {[number, number, "left" | "right" | "center"][]}
   */
  sides(width, height, radius) {
    if (radius === 0) return [[-width / 2, -height / 2, "center"]];
    const gap = radius + 3;
    return [
      [gap, -height / 2, "left"],
      [-gap - width, -height / 2, "right"],
      [-width / 2, -gap - height, "center"],
      [-width / 2, gap, "center"],
    ];
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} zoom
   * @param {string[]} lines
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {"left" | "right" | "center"} align
   * @param {number} radius
   */
  draw(ctx, zoom, lines, x, y, width, align, radius) {
    if (this.rule.dot && radius > 0) drawDot(ctx, this.rule.dot, radius);
    this.prepare(ctx, zoom);
    const size = at(this.rule.size, zoom);
    for (const [number, line] of lines.entries()) {
      const own = ctx.measureText(line).width;
      const left = align === "left" ? x : align === "right" ? x + width - own : x + (width - own) / 2;
      const base = y + size * (0.92 + 1.15 * number);
      ctx.strokeText(line, left, base);
      ctx.fillText(line, left, base);
    }
  }
}

/**
 * The ground resolution of Web Mercator at a height of the world's picture (pixels from its top).
 * @param {number} y
 * @param {number} zoom
 */
function metresPerPixel(y, zoom) {
  const world = 256 * 2 ** zoom;
  return 40075016.7 / world / Math.cosh(Math.PI * (1 - (2 * y) / world));
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Dot} dot
 * @param {number} radius
 */
function drawDot(ctx, dot, radius) {
  ctx.globalAlpha = 1;
  ctx.beginPath();
  if (dot.shape === "square") ctx.rect(-radius, -radius, 2 * radius, 2 * radius);
  else ctx.arc(0, 0, radius, 0, 2 * Math.PI);
  ctx.fillStyle = dot.colour;
  ctx.strokeStyle = dot.halo;
  ctx.lineWidth = 2 * dot.halo_width;
  ctx.stroke();
  ctx.fill();
}

/**
 * The middle of an area's outer ring's box: good enough for ponds and houses.
 * @param {Geometry} geometry
 */
function middleOf(geometry) {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const point of geometry[0]) {
    minX = Math.min(minX, point.x);
    maxX = Math.max(maxX, point.x);
    minY = Math.min(minY, point.y);
    maxY = Math.max(maxY, point.y);
  }
  const middle = geometry[0][0].clone();
  middle.x = (minX + maxX) / 2;
  middle.y = (minY + maxY) / 2;
  return middle;
}

/* A name along a line, letter by letter, where the line bends gently enough. */
class LineLabel extends Text {
  /**
   * @param {Layout} layout
   * @param {Geometry} geometry
   * @param {Feature} feature
   * @returns {Placed[] | undefined}
   */
  place(layout, geometry, feature) {
    const text = textOf(this.rule, this.language, feature.props);
    if (text === undefined) return undefined;
    const zoom = layout.zoom;
    this.prepare(layout.scratch, zoom);
    const letters = Array.from(text, (letter) => ({ letter, width: layout.scratch.measureText(letter).width }));
    layout.scratch.letterSpacing = "0px";
    const width = letters.reduce((sum, { width: own }) => sum + own, 0);
    const size = at(this.rule.size, zoom);
    /** @type {Placed[]} */
    const labels = [];
    for (const line of geometry) {
      const path = new Way(line);
      if (path.length < width + 2 * size) continue;
      const repeat = Math.max(this.rule.repeat ?? 300, width * 2);
      const count = Math.max(1, Math.floor(path.length / repeat));
      for (let i = 0; i < count; i++) {
        const label = this.along(path, ((i + 0.5) * path.length) / count - width / 2, letters, width, size, zoom, text);
        if (label) labels.push(label);
      }
    }
    return labels.length > 0 ? labels : undefined;
  }

  /**
   * @param {Way} path
   * @param {number} from
   * @param {Letter[]} letters
   * @param {number} width
   * @param {number} size
   * @param {number} zoom
   * @param {string} text
   * @returns {Placed | undefined}
   */
  along(path, from, letters, width, size, zoom, text) {
    const first = path.at(from);
    const last = path.at(from + width);
    const chord = Math.hypot(last.x - first.x, last.y - first.y);
    // A name on a line that winds much is harder to read than no name.
    if (chord < width * 0.9) return undefined;
    const backwards = last.x < first.x;
    /** @type {Spot[]} */
    const spots = [];
    let reached = 0;
    for (const { letter, width: own } of letters) {
      const middle = reached + own / 2;
      const spot = path.at(backwards ? from + width - middle : from + middle, size);
      spots.push({ letter, own, x: spot.x, y: spot.y, angle: backwards ? spot.angle + Math.PI : spot.angle });
      reached += own;
    }
    for (let i = 1; i < spots.length; i++) {
      let turn = Math.abs(spots[i].angle - spots[i - 1].angle) % (2 * Math.PI);
      if (turn > Math.PI) turn = 2 * Math.PI - turn;
      if (turn > 0.45) return undefined;
    }
    const anchor = path.points[0].clone();
    anchor.x = spots[0].x;
    anchor.y = spots[0].y;
    const reach = size * 0.7;
    const bboxes = spots.map(({ x, y }) => ({ minX: x - reach, minY: y - reach, maxX: x + reach, maxY: y + reach }));
    return {
      anchor,
      bboxes,
      deduplicationKey: text,
      deduplicationDistance: this.rule.repeat ?? 300,
      draw: (ctx) => this.draw(ctx, zoom, spots, anchor, size),
    };
  }

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {number} zoom
   * @param {Spot[]} spots
   * @param {Point} anchor
   * @param {number} size
   */
  draw(ctx, zoom, spots, anchor, size) {
    this.prepare(ctx, zoom);
    for (const action of /** @type {const} */ (["strokeText", "fillText"])) {
      for (const { letter, own, x, y, angle } of spots) {
        ctx.save();
        ctx.translate(x - anchor.x, y - anchor.y);
        ctx.rotate(angle);
        ctx[action](letter, -own / 2, size * 0.35);
        ctx.restore();
      }
    }
    ctx.letterSpacing = "0px";
  }
}

/**
 * A Leaflet layer of the base map. Its `restyle(style, language)` changes theme or language in place.
 * @param {{ style: Style, language: string, archives: Archive[], library?: Library, options?: object }} made
 *   archives: see `sourceOf`; at most one is called "world"
 */
export function basemapLayer({ style, language, archives, library = globalThis.protomapsL, options = {} }) {
  const streets = archives.filter((entry) => entry.streets).map((entry) => entry.name);
  /** @type {Map<string, Schema>} */
  const schemas = new Map();
  for (const entry of archives) if (entry.schema) schemas.set(entry.name, new Schema(entry.schema));
  const layer = /** @type {BaseLayer} */ (
    /** @type {unknown} */ (library.leafletLayer({ ...options, sources: {}, lang: language }))
  );
  for (const entry of archives) {
    const cache = new library.TileCache(sourceOf(entry, library), TILE_SIZE);
    layer.views.set(entry.name, new library.View(cache, entry.maxDataZoom, LEVEL_DIFF));
  }
  layer.clearLayout = () => {
    layer.labelers = new library.Labelers(layer.scratch, layer.labelRules, LABELLED_TILES, layer.onTilesInvalidated);
  };
  layer.restyle = (newStyle, newLanguage) => {
    layer.lang = newLanguage;
    layer.backgroundColor = newStyle.background;
    layer.paintRules = paintRules(newStyle, { streets, library });
    layer.labelRules = labelRules(newStyle, newLanguage, { streets, schemas });
    layer.clearLayout();
    if (layer._map) layer.rerenderTiles();
  };
  layer.restyle(style, language);
  return layer;
}
