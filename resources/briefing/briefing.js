/* A briefing that stands alone: one file, no request. All it shows from outside is set as text.
 *
 * Data come as JSON blocks (`briefing-data`, `briefing-base`), the Leaflet map from folium (`globalThis.qrocMap`),
 * the base map's layer from `globalThis.qrocBase`.
 */
(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("briefing-data").textContent);
  const base = JSON.parse(document.getElementById("briefing-base").textContent);
  const map = globalThis.qrocMap;
  const LIST_STEP = 300;
  const NEAR = 22;
  /* What A4 leaves for the map, in CSS pixels: 277 by 140 millimetres. */
  const PAPER = { width: 1047, height: 529 };

  function make(tag, parent, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  }

  function picture(parent, symbol, size) {
    const image = make("img", parent, "symbol");
    image.src = symbol.uri;
    image.alt = "";
    const scale = size / Math.max(symbol.width, symbol.height);
    image.width = Math.round(symbol.width * scale);
    image.height = Math.round(symbol.height * scale);
    return image;
  }

  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  // --- page -----------------------------------------------------------------------------------------------------

  const mapElement = map.getContainer();
  const page = document.body;
  page.classList.toggle("exercise", data.exercise);

  function strip() {
    const element = make("div", null, "strip");
    const line = make("div", element, "strip-line");
    if (data.exercise) make("b", line, "exercise-word", data.words.exercise);
    make("span", line, "marking", data.marking);
    if (data.exercise) make("b", line, "exercise-word", data.words.exercise);
    return element;
  }

  const head = make("header", null, "head");
  const titles = make("div", head, "titles");
  make("h1", titles, null, data.title);
  make("div", titles, "centre", data.centre);
  const times = make("dl", head, "times");
  for (const [name, local, utc] of data.times) {
    make("dt", times, null, name);
    const when = make("dd", times, null, local);
    make("span", when, "utc", utc);
  }

  const middle = make("main", null, "middle");
  const stage = make("div", middle, "stage");
  const side = make("aside", middle, "side");
  const sheet = make("div", null, "sheet");
  page.prepend(strip(), sheet);
  sheet.append(head, middle);
  stage.append(mapElement);
  const foot = make("footer", sheet, "foot", base.attribution);
  if (base.note) make("b", foot, "base-note", base.note);
  make("span", foot, "made", data.made);
  page.append(strip());

  const tabs = make("div", side, "tabs");
  tabs.setAttribute("role", "tablist");
  const sections = new Map();
  function section(key, name) {
    const button = make("button", tabs, null, name);
    button.type = "button";
    button.setAttribute("role", "tab");
    const body = make("section", side, `section ${key}`);
    make("h2", body, "print-head", name);
    sections.set(key, { button, body });
    button.addEventListener("click", () => open(key));
    return body;
  }
  function open(key) {
    for (const [name, { button, body }] of sections) {
      button.setAttribute("aria-selected", String(name === key));
      body.classList.toggle("open", name === key);
    }
  }

  const itemsBody = section("items", data.words.items);
  const legendBody = section("legend", data.words.legend);
  const logBody = section("log", data.words.log);

  // --- what is shown ------------------------------------------------------------------------------------------------

  const items = data.items.map((item, index) => ({
    ...item, index, folded: fold([item.number, item.title, item.place, item.description, item.kind].join(" ")),
  }));
  const layers = new Map(data.layers.map((layer) => [layer.id, { ...layer, shown: true }]));
  let chosen = null;
  const visible = (item) => layers.get(item.layer)?.shown ?? true;
  const opacity = (item) => item.alpha * (layers.get(item.layer)?.opacity ?? 1);

  // --- base map -----------------------------------------------------------------------------------------------------

  class MemorySource {
    constructor(name, text) {
      this.name = name;
      const bytes = atob(text);
      this.bytes = new Uint8Array(bytes.length);
      for (let i = 0; i < bytes.length; i++) this.bytes[i] = bytes.charCodeAt(i);
    }
    getKey() {
      return this.name;
    }
    async getBytes(offset, length) {
      return { data: this.bytes.slice(offset, offset + length).buffer };
    }
  }

  mapElement.style.backgroundColor = base.style.background;
  if (base.archives.length) {
    const archives = base.archives.map((entry) => ({
      name: entry.streets ? entry.name : "world",
      archive: new globalThis.pmtiles.PMTiles(new MemorySource(entry.name, entry.bytes)),
      maxDataZoom: entry.max_zoom,
      streets: entry.streets,
      schema: entry.schema,
    }));
    globalThis.qrocBase
      .basemapLayer({ style: base.style, language: base.language, archives, options: { attribution: "" } })
      .addTo(map);
  }

  /* A raster map above it, in tiles of 256 pixels; where there is none so near, the one above it is enlarged. */
  const Pictures = L.GridLayer.extend({
    createTile({ x, y, z }, done) {
      const canvas = make("canvas");
      canvas.width = canvas.height = 256;
      const count = 2 ** z;
      this.draw(canvas, ((x % count) + count) % count, y, z).then(() => done(null, canvas), () => done(null, canvas));
      return canvas;
    },
    async draw(canvas, x, y, z) {
      for (let up = 0; up <= z; up++) {
        const uri = base.pictures[`${z - up}/${x >> up}/${y >> up}`];
        if (uri === undefined) continue;
        const image = new Image();
        image.src = uri;
        await image.decode();
        const part = 2 ** up;
        const [wide, high] = [image.naturalWidth / part, image.naturalHeight / part];
        const [left, top] = [(x - ((x >> up) << up)) * wide, (y - ((y >> up) << up)) * high];
        canvas.getContext("2d").drawImage(image, left, top, wide, high, 0, 0, 256, 256);
        return;
      }
    },
  });
  if (Object.keys(base.pictures).length) new Pictures({ zIndex: 2, maxZoom: 22, updateWhenZooming: false }).addTo(map);

  // --- shapes -------------------------------------------------------------------------------------------------------

  for (const item of items) {
    if (!item.shape) continue;
    const { paths, filled, look } = item.shape;
    const group = L.layerGroup();
    const common = { interactive: false, lineJoin: "round", smoothFactor: 0.7, noClip: false };
    const casing = { ...common, color: "#ffffff", weight: look.width + 2.5, fill: false };
    const line = { ...common, color: look.stroke, weight: look.width, dashArray: look.dash.join(" ") || null };
    if (filled) {
      L.polygon(paths, casing).addTo(group);
      L.polygon(paths, { ...line, interactive: true, fillColor: look.fill }).addTo(group);
    } else {
      for (const path of paths) {
        L.polyline(path, casing).addTo(group);
        L.polyline(path, { ...line, interactive: true }).addTo(group);
      }
    }
    const [below, ...above] = group.getLayers();
    item.restyle = () => {
      const alpha = opacity(item);
      for (const part of group.getLayers()) {
        const isCasing = part.options.color === "#ffffff" && part.options.weight === casing.weight;
        part.setStyle({ opacity: isCasing ? 0.7 * alpha : alpha, fillOpacity: filled && !isCasing ? look.fill_opacity * alpha : 0 });
      }
    };
    for (const part of [below, ...above]) part.on("click", (event) => { L.DomEvent.stopPropagation(event); choose(item); });
    item.group = group;
    item.restyle();
    if (visible(item)) group.addTo(map);
  }

  // --- symbols, on one canvas ---------------------------------------------------------------------------------------

  const images = new Map();
  for (const [key, symbol] of Object.entries(data.symbols)) {
    const image = new Image();
    image.addEventListener("load", () => symbols.later());
    image.src = symbol.uri;
    images.set(key, image);
  }

  const Symbols = L.Layer.extend({
    onAdd(target) {
      this.canvas = make("canvas", target.getPane("markerPane"), "symbols leaflet-zoom-hide");
      target.on("moveend zoomend resize viewreset", this.draw, this);
      this.draw();
    },
    onRemove(target) {
      target.off("moveend zoomend resize viewreset", this.draw, this);
      this.canvas.remove();
    },
    later() {
      if (this.waiting || !this.canvas) return;
      this.waiting = requestAnimationFrame(() => { this.waiting = 0; this.draw(); });
    },
    draw() {
      const size = map.getSize();
      const reach = 80;
      const ratio = globalThis.devicePixelRatio || 1;
      const wide = size.x + 2 * reach;
      const high = size.y + 2 * reach;
      this.canvas.width = Math.round(wide * ratio);
      this.canvas.height = Math.round(high * ratio);
      this.canvas.style.width = `${wide}px`;
      this.canvas.style.height = `${high}px`;
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([-reach, -reach]));
      const context = this.canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, reach * ratio, reach * ratio);
      this.places = [];
      this.taken = [];
      for (let i = items.length - 1; i >= 0; i--) this.drawOne(context, items[i], size, reach);
      context.globalAlpha = 1;
      for (const place of this.places.slice().reverse()) this.label(context, place);
      for (const item of items) if (item.shape && item.title) this.labelShape(context, item, size);
    },
    drawOne(context, item, size, reach) {
      if (!item.at || !item.symbol || !visible(item)) return;
      const point = map.latLngToContainerPoint(item.at);
      if (point.x < -reach || point.y < -reach || point.x > size.x + reach || point.y > size.y + reach) return;
      const symbol = data.symbols[item.symbol];
      const image = images.get(item.symbol);
      const x = point.x - symbol.anchor_x;
      const y = point.y - symbol.anchor_y;
      if (item === chosen) {
        context.globalAlpha = 1;
        context.beginPath();
        context.arc(point.x, point.y, 0.72 * Math.max(symbol.width, symbol.height), 0, 2 * Math.PI);
        context.strokeStyle = "#0050d0";
        context.lineWidth = 3;
        context.stroke();
      }
      context.globalAlpha = opacity(item);
      if (image.complete && image.naturalWidth) context.drawImage(image, x, y, symbol.width, symbol.height);
      this.places.push({ item, point, box: [x, y, x + symbol.width, y + symbol.height] });
      this.taken.push([x, y, x + symbol.width, y + symbol.height]);
    },
    label(context, { item, box }) {
      if (this.places.length > 400 && item !== chosen) return;
      const text = cut(`${item.number}  ${item.title}`, 38);
      if (text) this.write(context, item, text, [[box[2] + 3, (box[1] + box[3]) / 2 - 7], [null, (box[1] + box[3]) / 2 - 7, box[0] - 3]]);
    },
    labelShape(context, item, size) {
      if (item.symbol || !visible(item) || !item.at) return;
      const point = map.latLngToContainerPoint(item.at);
      if (point.x < 0 || point.y < 0 || point.x > size.x || point.y > size.y) return;
      const text = cut(`${item.number}  ${item.title}`, 38);
      context.font = labelFont(item);
      const width = context.measureText(text).width;
      this.write(context, item, text, [[point.x - width / 2, point.y - 7], [point.x - width / 2, point.y + 8]], item.shape.look.stroke);
    },
    write(context, item, text, places, colour) {
      context.font = labelFont(item);
      const width = context.measureText(text).width;
      for (const [left, top, right] of places) {
        const x = left ?? right - width;
        const box = [x - 1, top, x + width + 1, top + 14];
        if (item !== chosen && this.taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
        this.taken.push(box);
        context.globalAlpha = 1;
        context.lineJoin = "round";
        context.lineWidth = 3.5;
        context.strokeStyle = "#ffffff";
        context.fillStyle = colour ?? (item.alpha < 1 ? "#5a626b" : "#14181d");
        context.strokeText(text, x, top + 11);
        context.fillText(text, x, top + 11);
        return;
      }
    },
    at(point) {
      let best = null;
      let least = NEAR;
      for (const place of this.places) {
        const distance = Math.hypot(place.point.x - point.x, place.point.y - point.y);
        if (distance < least) [best, least] = [place.item, distance];
      }
      return best;
    },
  });

  function labelFont(item) {
    return `${item.assessment ? "italic " : ""}12px ${getComputedStyle(document.body).fontFamily}`;
  }

  function cut(text, most) {
    const line = text.replace(/\s+/g, " ").trim();
    const letters = Array.from(line);
    return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : line;
  }

  const symbols = new Symbols();

  // --- choosing ------------------------------------------------------------------------------------------------------

  const card = make("div", stage, "card");
  card.hidden = true;

  function choose(item, move) {
    chosen = item;
    card.hidden = !item;
    card.replaceChildren();
    for (const row of listBody.children) row.classList.toggle("chosen", Boolean(item) && row.dataset.index === String(item.index));
    if (item) {
      const close = make("button", card, "close", "×");
      close.type = "button";
      close.setAttribute("aria-label", data.words.close);
      close.addEventListener("click", () => choose(null));
      const top = make("div", card, "card-head");
      if (item.symbol) picture(top, data.symbols[item.symbol], 38);
      make("h3", top, item.assessment ? "assessment" : null, `${item.number}  ${item.title || item.kind}`);
      if (item.description) make("p", card, "description", item.description);
      const facts = make("dl", card, "facts");
      for (const [name, text] of item.facts) {
        make("dt", facts, null, name);
        make("dd", facts, null, text);
      }
      if (move && item.at) map.setView(item.at, Math.max(map.getZoom(), Math.min(12, base.good_zoom)));
    }
    symbols.later();
  }

  map.on("click", (event) => choose(symbols.at(event.containerPoint)));
  map.on("mousemove", (event) => {
    mapElement.style.cursor = symbols.at(event.containerPoint) ? "pointer" : "";
  });

  // --- list -----------------------------------------------------------------------------------------------------------

  const search = make("input", itemsBody, "search");
  search.type = "search";
  search.placeholder = data.words.search;
  search.setAttribute("aria-label", data.words.search);
  const count = make("div", itemsBody, "count");
  const listBody = make("div", itemsBody, "list");
  const more = make("button", itemsBody, "more", data.words.more);
  more.type = "button";
  let listed = [];

  function row(item) {
    const element = make("button", listBody, "row");
    element.type = "button";
    element.dataset.index = String(item.index);
    element.style.opacity = item.alpha < 1 ? "0.72" : "";
    if (item.symbol) picture(element, data.symbols[item.symbol], 30);
    else {
      const swatch = make("span", element, "swatch");
      if (item.shape) {
        swatch.style.borderColor = item.shape.look.stroke;
        swatch.style.borderStyle = item.shape.look.dash.length ? "dashed" : "solid";
      }
    }
    const body = make("span", element, "row-body");
    make("b", body, item.assessment ? "assessment" : null, `${item.number}  ${item.title || item.kind}`);
    make("span", body, "row-note", [item.priority, item.status, item.place, item.since].filter(Boolean).join(" · "));
    element.addEventListener("click", () => choose(item, true));
    return element;
  }

  function showMore() {
    const from = listBody.children.length;
    for (const item of listed.slice(from, from + LIST_STEP)) row(item);
    more.hidden = listBody.children.length >= listed.length;
  }

  function list() {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    listed = items.filter((item) => visible(item) && words.every((word) => item.folded.includes(word)));
    listBody.replaceChildren();
    count.textContent = data.words.count.replace("{n}", String(listed.length));
    showMore();
  }

  search.addEventListener("input", list);
  more.addEventListener("click", showMore);

  // --- legend and layers ------------------------------------------------------------------------------------------

  make("h3", legendBody, null, data.words.layers);
  for (const layer of [...layers.values()].reverse()) {
    const line = make("label", legendBody, "layer");
    const box = make("input", line);
    box.type = "checkbox";
    box.checked = true;
    make("span", line, null, layer.name);
    box.addEventListener("change", () => {
      layer.shown = box.checked;
      for (const item of items) {
        if (item.layer !== layer.id || !item.group) continue;
        if (layer.shown) item.group.addTo(map);
        else item.group.remove();
      }
      list();
      symbols.later();
    });
  }
  if (data.hidden.length) make("p", legendBody, "note", data.hidden);
  for (const part of data.legend) {
    make("h3", legendBody, null, part.name);
    for (const entry of part.rows) {
      const line = make("div", legendBody, "legend-row");
      if (entry.symbol) picture(line, data.symbols[entry.symbol] ?? data.badges[entry.symbol], 26);
      else if (entry.look) {
        const swatch = make("span", line, entry.filled ? "swatch" : "swatch line");
        swatch.style.borderColor = entry.look.stroke;
        swatch.style.borderStyle = entry.look.dash.length ? "dashed" : "solid";
      } else make("span", line, `sign ${entry.sign}`, entry.sign === "slanted" ? "Abc" : "");
      make("span", line, null, entry.text);
    }
  }

  // --- logbook ----------------------------------------------------------------------------------------------------

  for (const entry of data.log) {
    const element = make("article", logBody, entry.corrected ? "entry corrected" : "entry");
    const top = make("div", element, "entry-head");
    make("b", top, null, entry.time);
    make("span", top, `entry-kind ${entry.code}`, entry.kind);
    make("span", top, "entry-by", [entry.counterpart, entry.author].filter(Boolean).join(" · "));
    make("p", element, null, entry.text);
    if (entry.note) make("p", element, "entry-note", entry.note);
  }
  if (!data.log.length) make("p", logBody, "note", data.words.no_log);
  if (data.log_note) make("p", logBody, "note", data.log_note);

  // --- north and scale --------------------------------------------------------------------------------------------

  const North = L.Control.extend({
    options: { position: "topright" },
    onAdd() {
      const element = make("div", null, "north");
      const names = "http://www.w3.org/2000/svg";
      const drawing = document.createElementNS(names, "svg");
      drawing.setAttribute("viewBox", "0 0 24 34");
      for (const [path, fill] of [["M12 1 L19 27 L12 21 Z", "#ffffff"], ["M12 1 L5 27 L12 21 Z", "#20262d"]]) {
        const part = document.createElementNS(names, "path");
        part.setAttribute("d", path);
        part.setAttribute("fill", fill);
        part.setAttribute("stroke", "#20262d");
        drawing.append(part);
      }
      element.append(drawing);
      make("span", element, null, data.words.north);
      return element;
    },
  });
  map.addControl(new North());
  L.control.zoom({ position: "topleft", zoomInTitle: data.words.zoom_in, zoomOutTitle: data.words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);

  // --- begin -------------------------------------------------------------------------------------------------------

  open("items");
  map.invalidateSize({ animate: false });
  const [west, south, east, north] = data.bounds;
  map.fitBounds([[south, west], [north, east]], { animate: false, padding: [24, 24], maxZoom: 15 });
  symbols.addTo(map);
  list();
  // On paper the map keeps the size that it has on the screen, and is scaled: its tiles are there already.
  globalThis.addEventListener("beforeprint", () => {
    while (!more.hidden) showMore();
    const size = map.getSize();
    stage.style.width = `${size.x}px`;
    stage.style.height = `${size.y}px`;
    stage.style.zoom = String(Math.min(PAPER.width / size.x, PAPER.height / size.y));
  });
  globalThis.addEventListener("afterprint", () => {
    for (const property of ["width", "height", "zoom"]) stage.style.removeProperty(property);
    map.invalidateSize({ animate: false });
  });
  document.documentElement.dataset.ready = String(items.length);
})();
