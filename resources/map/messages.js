// @ts-check
/** Messages are checked here against the same description that the program checks them with. */

/** @typedef {Record<string, Record<string, string[]>>} Signatures by tag: the JSON types of each field */

/** @param {unknown} value */
function jsonType(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/**
 * What is wrong with a message, or nothing.
 * @param {Signatures} signatures
 * @param {string} tagField `do` for commands, `is` for events
 * @param {any} message
 * @returns {string | undefined}
 */
export function wrong(signatures, tagField, message) {
  if (jsonType(message) !== "object") return "not an object";
  const fields = Object.hasOwn(signatures, message[tagField]) ? signatures[message[tagField]] : undefined;
  if (!fields) return `unknown message ${String(message[tagField]).slice(0, 40)}`;
  for (const [name, types] of Object.entries(fields)) {
    if (!Object.hasOwn(message, name)) return `${message[tagField]} has no ${name}`;
    const value = message[name];
    if (!types.includes(jsonType(value))) return `${message[tagField]}.${name} is a ${jsonType(value)}`;
    if (typeof value === "number" && !Number.isFinite(value)) return `${message[tagField]}.${name} is not finite`;
  }
  for (const name of Object.keys(message)) {
    if (name !== tagField && !Object.hasOwn(fields, name)) return `${message[tagField]} has no field ${name}`;
  }
  return undefined;
}
