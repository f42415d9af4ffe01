// @ts-check
/** The page's few words. They come from the program in the user's language; here is only how they are filled in. */

/** @type {Record<string, string>} */
let words = {};
/** Four digits are grouped too, in every language. @type {Intl.NumberFormatOptions} */
const GROUPED = { useGrouping: "always" };
let numbers = new Intl.NumberFormat("en", GROUPED);

/**
 * @param {Record<string, string>} given
 * @param {string} code language of the user
 */
export function useWords(given, code) {
  words = given;
  try {
    numbers = new Intl.NumberFormat(code.replace("_", "-"), GROUPED);
  } catch {
    numbers = new Intl.NumberFormat("en", GROUPED);
  }
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [params]
 * @returns {string} the word, or the key where nobody gave one
 */
export function say(key, params = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** @param {string} key */
export function known(key) {
  return key in words;
}

/**
 * @param {number} value
 * @param {number} digits significant digits kept below 1000, whole numbers above
 */
function rounded(value, digits) {
  const places = Math.max(0, digits - Math.max(1, Math.ceil(Math.log10(Math.abs(value) + 1e-9))));
  return figures(Number(value.toFixed(places)));
}

/**
 * The language's decimal sign, and a thin space between thousands as in the window: "1.234 km" is read as a good
 * kilometre in one country and as a thousand of them in the next.
 * @param {number} value
 */
function figures(value) {
  const parts = numbers.formatToParts(value);
  return parts.map((part) => (part.type === "group" ? "\u2009" : part.value)).join("");
}

/** @param {number} metres */
export function sayLength(metres) {
  return metres < 1000 ? `${rounded(metres, 3)} m` : `${rounded(metres / 1000, 4)} km`;
}

/** @param {number} squareMetres */
export function sayArea(squareMetres) {
  if (squareMetres < 1e4) return `${rounded(squareMetres, 3)} m²`;
  if (squareMetres < 1e6) return `${rounded(squareMetres / 1e4, 3)} ha`;
  return `${rounded(squareMetres / 1e6, 4)} km²`;
}

/** @param {number} count */
export function sayCount(count) {
  if (count < 10000) return figures(count);
  return count < 1e6 ? `${figures(Math.round(count / 1000))}k` : `${figures(Number((count / 1e6).toFixed(1)))}M`;
}

/** @param {number} microseconds */
export function sayAge(microseconds) {
  const minutes = Math.max(0, Math.floor(microseconds / 6e7));
  if (minutes < 120) return say("minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return say("hours", { n: hours });
  const days = Math.floor(hours / 24);
  return days < 730 ? say("days", { n: days }) : say("years", { n: Math.floor(days / 365) });
}
