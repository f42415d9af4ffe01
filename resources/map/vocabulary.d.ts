/* Types of what the base map is drawn from: styles and tables of maps/styles/README.md, features and labels of the
 * library that draws them. For the type check alone; no page is served this file. */

import type { Feature, JsonObject, Label, Layout, TileSource, Zxy } from "protomaps-leaflet";

export type Library = typeof import("protomaps-leaflet");
export type { Feature, Layout, TileSource, Zxy };
export type Props = JsonObject;
export type Geometry = Feature["geom"];
export type Point = Geometry[number][number];
export type Bbox = Feature["bbox"];
/** By name of the layer. */
export type Layers = Map<string, Feature[]>;

/** A number, or stops [[zoom, value], ...] in rising zooms. */
export type Stops = number | [number, number][];
export type Plain = string | number | boolean;
/** Properties that must match: a value, one of a list, or absent. */
export type Conditions = Record<string, Plain | Plain[] | null>;

interface Drawn {
  id: string;
  source: string;
  layer: string;
  filter?: Conditions;
  minzoom?: number;
  maxzoom?: number;
  colour: string;
}

export interface FillRule extends Drawn {
  kind: "fill";
  opacity?: Stops;
}

export interface LineRule extends Drawn {
  kind: "line";
  opacity?: Stops;
  width: Stops;
  dash?: number[];
  cap?: "butt" | "round";
  join?: "miter" | "round";
}

export interface Dot {
  radius: Stops;
  colour: string;
  halo: string;
  halo_width: number;
  shape: "circle" | "square";
}

export interface LabelRule extends Drawn {
  kind: "label";
  text: string[];
  size: Stops;
  weight?: number;
  italic?: boolean;
  upper?: boolean;
  spacing?: Stops;
  wrap?: number;
  halo: string;
  halo_width: number;
  priority: string;
  placement?: "point" | "line";
  repeat?: number;
  once?: number;
  leads?: boolean;
  yields?: number;
  bare?: boolean;
  dot?: Dot;
}

export interface Style {
  background: string;
  font: string;
  rules: (FillRule | LineRule | LabelRule)[];
}

/** A label remembers whether it leads; the library keeps of it what draws it. */
export interface Placed extends Label {
  draw: Label["draw"] & { leads?: boolean };
}

export interface Letter {
  letter: string;
  width: number;
}

/** A letter on its way along a line; angle in radians. */
export interface Spot {
  letter: string;
  own: number;
  x: number;
  y: number;
  angle: number;
}

export interface Draw {
  from: string;
  to: string;
  geometry?: "point" | "line" | "area" | "";
  where?: Record<string, Plain | Plain[]>;
  without?: Record<string, Plain | Plain[]>;
  by?: string[];
  kinds?: Record<string, Plain[]>;
  kind?: string;
  use?: "" | "ground" | "names";
  set?: Record<string, Plain>;
  take?: Record<string, string>;
  falling?: Record<string, string>;
}

/** A table of maps/styles/schemas. */
export interface Table {
  cover?: boolean;
  min_zoom?: number;
  fields?: Record<string, string[]>;
  draw: Draw[];
}

/** An archive's least zoom and its sides in degrees. */
export interface Header {
  minZoom: number;
  minLon: number;
  minLat: number;
  maxLon: number;
  maxLat: number;
}

type PMTiles = Exclude<ConstructorParameters<Library["PmtilesSource"]>[0], string>;

/** An archive that the page reads itself, or the address of single tiles with what is known of them. */
export type Origin = { archive: PMTiles } | { archive?: undefined; address: string; header: Header };

export type Archive = Origin & { name: string; maxDataZoom: number; streets: boolean; schema?: Table | null };

/** What the library calls a layer, as far as it is used here. */
export type BaseLayer = L.GridLayer & {
  _map: L.Map | null;
  views: Map<string, unknown>;
  labelers: unknown;
  scratch: CanvasRenderingContext2D;
  lang: string;
  backgroundColor: string;
  paintRules: import("protomaps-leaflet").PaintRule[];
  labelRules: import("protomaps-leaflet").LabelRule[];
  onTilesInvalidated(tiles: Set<string>): void;
  clearLayout(): void;
  rerenderTiles(): void;
  restyle(style: Style, language: string): void;
};

declare global {
  var protomapsL: Library;
}
