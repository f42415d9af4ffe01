// @ts-check
/** Colours of what we draw ourselves. Priorities differ by shape and lightness as well as by hue. */

/**
 * @typedef {object} Palette
 * @property {string} text
 * @property {string} halo behind text and symbols
 * @property {string} plate behind titles
 * @property {string} select
 * @property {string} hover
 * @property {string} sketch what is being drawn
 * @property {string} grid
 * @property {string} gridText
 * @property {string} belief what somebody took for true
 * @property {Record<string, string>} fates of a comparison: new, moved, changed, gone
 * @property {string} plan a secret plan
 * @property {Record<string, string>} types default stroke of shapes by the item's type
 */

/** @type {Record<string, Palette>} */
const PALETTES = {
  light: {
    text: "#14202b",
    halo: "rgba(255,255,255,0.92)",
    plate: "#ffffff",
    select: "#0050d0",
    hover: "#14202b",
    sketch: "#c2185b",
    grid: "rgba(30,60,90,0.32)",
    gridText: "#2b4a66",
    belief: "#8a0f5c",
    fates: { new: "#0a6e35", moved: "#7a1fa2", changed: "#8a4b00", gone: "#4a545e" },
    plan: "#b0122e",
    types: { area: "#6a3fc0", line: "#00668c", track: "#1d6b45", incident: "#a4161a", unit: "#0b4f9e", facility: "#4a5568", note: "#5f5200" },
  },
  dark: {
    text: "#eef3f7",
    halo: "rgba(6,11,16,0.9)",
    plate: "#10161d",
    select: "#4cc9ff",
    hover: "#ffffff",
    sketch: "#ff7ab8",
    grid: "rgba(160,195,225,0.28)",
    gridText: "#a9c4dc",
    belief: "#ff9ad5",
    fates: { new: "#5fe39a", moved: "#d59bff", changed: "#ffc04d", gone: "#c9d2da" },
    plan: "#ff6f86",
    types: { area: "#b79bff", line: "#5cc3ea", track: "#79dca3", incident: "#ff7b7b", unit: "#82b6ff", facility: "#b8c2cf", note: "#e8d66a" },
  },
};

/**
 * The same signs as on the symbols in tables and in print. `sides` 0 is a circle.
 * @type {Record<number, { fill: string, sides: number, mark: boolean }>}
 */
export const PRIORITIES = {
  1: { fill: "#d40000", sides: 3, mark: true },
  2: { fill: "#e66f00", sides: 4, mark: true },
  3: { fill: "#0060b9", sides: 0, mark: false },
  4: { fill: "#7b8794", sides: 0, mark: false },
};

/** @param {string} name */
export function palette(name) {
  return PALETTES[name] ?? PALETTES.light;
}
