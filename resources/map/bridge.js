// @ts-check
/** The channel to the program: commands come in, events go out, both checked. */

import { wrong } from "./messages.js";

/** @typedef {(event: Record<string, any>) => void} Tell */

/**
 * @param {import("./messages.js").Signatures} signatures
 * @param {Record<string, (command: any) => void>} handlers by the command's tag
 * @returns {Promise<Tell>}
 */
export function connect(signatures, handlers) {
  const page = /** @type {any} */ (globalThis);
  return new Promise((resolve) => {
    new page.QWebChannel(page.qt.webChannelTransport, (/** @type {any} */ channel) => {
      const bridge = channel.objects.bridge;
      /** @type {Tell} */
      const tell = (event) => {
        const trouble = wrong(signatures, "is", event);
        bridge.tell(JSON.stringify(trouble ? { is: "failed", text: `event: ${trouble}` } : event));
      };
      bridge.told.connect((/** @type {string} */ text) => {
        const command = JSON.parse(text);
        const trouble = wrong(signatures, "do", command);
        if (trouble || !handlers[command.do]) {
          tell({ is: "failed", text: `command: ${trouble ?? `nobody does ${command.do}`}` });
          return;
        }
        try {
          handlers[command.do](command);
        } catch (error) {
          tell({ is: "failed", text: `${command.do}: ${error}` });
        }
      });
      resolve(tell);
    });
  });
}
