// @ts-check
/// <reference types="leaflet" />
/** The live map: puts the parts together and does what the program says. */

import { Asking } from "./asking.js";
import { Bases } from "./bases.js";
import { BeliefsNote } from "./beliefs.js";
import { connect } from "./bridge.js";
import { ComparisonLegend } from "./comparison.js";
import { drawGraticule } from "./graticule.js";
import { drawMgrs } from "./mgrs.js";
import { MarksLayer } from "./markslayer.js";
import { markModel, ModelLegend, paintModel } from "./model.js";
import { Furniture, makePanes } from "./panes.js";
import { Picture } from "./picture.js";
import { PictureLayer } from "./picturelayer.js";
import { Pointing } from "./pointing.js";
import { Sprites } from "./sprites.js";
import { PlanLegend } from "./plans.js";
import { palette } from "./theme.js";
import { Tools } from "./tools.js";
import { useWords } from "./words.js";

const page = /** @type {any} */ (globalThis);
/** @type {L.Map} made by folium's script */
const map = page.qrocMap;
const options = JSON.parse(document.getElementById("qroc-options")?.textContent ?? "{}");
/** Fresh ages without a new picture. Milliseconds. */
const AGEING = 30_000;

makePanes(map);
const furniture = new Furniture(map);
const bases = new Bases(map, furniture.credits);
const picture = new Picture(options.row);
const sprites = new Sprites(() => {
  pictureLayer.invalidate();
  // A selected symbol stands there once more; what was drawn in its place would cover it.
  marks.invalidate();
});
const pictureLayer = new PictureLayer(picture, sprites).addTo(map);
const marks = new MarksLayer(pictureLayer).addTo(map);
const legend = new ComparisonLegend(map);
const beliefsNote = new BeliefsNote(map);
const plans = new PlanLegend(map);
const model = new ModelLegend(map);
let graticule = "off";
pictureLayer.under.push((context, frame) => {
  if (graticule === "degrees") drawGraticule(context, frame, pictureLayer.palette);
  if (graticule === "mgrs") drawMgrs(context, frame, pictureLayer.palette);
});
pictureLayer.between.push((context, frame) => paintModel(context, frame, model.shapes, pictureLayer.palette));
pictureLayer.over.push((context, frame) => markModel(context, frame, model.shapes, pictureLayer.palette));

/** @type {import("./bridge.js").Tell} */
let tell = () => undefined;
const say = (/** @type {Record<string, any>} */ event) => tell(event);
const asking = new Asking(map, picture, taken, (text) => say({ is: "failed", text }));
const tools = new Tools(map, marks, furniture, say);
const pointing = new Pointing(map, pictureLayer, marks, tools, furniture, say);

function taken() {
  pictureLayer.changed();
  marks.invalidate();
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      say({ is: "painted", items: picture.items.size, clusters: picture.clusters.length, total: picture.total });
    });
  });
}

function tellView() {
  const bounds = map.getBounds();
  const centre = map.getCenter();
  say({
    is: "view",
    bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
    lon: centre.lng, lat: centre.lat, zoom: map.getZoom(),
  });
}

/** @type {Record<string, (command: any) => void>} */
const handlers = {
  theme({ name, style }) {
    document.body.className = name;
    pictureLayer.palette = marks.palette = palette(name);
    legend.renew(marks.palette);
    plans.renew(marks.palette);
    model.renew(marks.palette);
    bases.useStyle(style);
    pictureLayer.changed();
    marks.invalidate();
  },
  language({ code, words }) {
    useWords(words, code);
    document.documentElement.lang = code;
    furniture.relabel();
    legend.renew(marks.palette);
    plans.renew(marks.palette);
    bases.useLanguage(code);
    pictureLayer.invalidate();
  },
  layers({ layers }) {
    pictureLayer.looks = new Map(layers.map((/** @type {any} */ layer) => [layer.id, layer]));
    pictureLayer.changed();
    marks.invalidate();
  },
  moment({ valid, text }) {
    picture.past = valid !== null;
    furniture.past(valid === null ? "" : text);
    asking.ask();
  },
  refresh: () => asking.ask(),
  select({ ids }) {
    marks.selected = new Set(ids);
    marks.invalidate();
  },
  fit({ bounds: [west, south, east, north] }) {
    map.fitBounds([[south, west], [north, east < west ? east + 360 : east]], { maxZoom: 16, padding: [40, 40] });
  },
  "go-to"({ lon, lat, zoom, text }) {
    marks.marker = text ? { at: [lon, lat], text } : null;
    map.setView([lat, lon], zoom ?? Math.max(map.getZoom(), 11), { animate: false });
    marks.invalidate();
  },
  tool: ({ name, radii_m, start }) => tools.start(name, radii_m, start),
  cancel() {
    tools.cancel();
    marks.marker = null;
    marks.invalidate();
  },
  edit: ({ id, shape }) => tools.edit(id, shape),
  overlay({ shapes }) {
    marks.overlay = shapes;
    marks.invalidate();
  },
  comparison({ title, marks: compared }) {
    marks.comparison = compared;
    legend.show(title, compared, marks.palette);
    marks.invalidate();
  },
  plans({ title, detail, lines, marks: places }) {
    marks.plans = { lines, marks: places };
    plans.show(title, detail, lines, marks.palette);
    marks.invalidate();
  },
  model({ title, text, classes, shapes }) {
    model.show(title, text, classes, shapes, marks.palette);
    pictureLayer.invalidate();
  },
  beliefs({ title, marks: believed }) {
    marks.beliefs = believed;
    beliefsNote.show(title);
    marks.invalidate();
  },
  graticule({ kind }) {
    graticule = kind;
    pictureLayer.invalidate();
  },
  "base-maps": ({ maps }) => bases.use(maps),
};

// The script runs once more for each page load; a fault anywhere is told, not lost.
addEventListener("error", (event) => say({ is: "failed", text: `${event.message} (${event.filename}:${event.lineno})` }));
addEventListener("unhandledrejection", (event) => say({ is: "failed", text: String(event.reason) }));
document.addEventListener("securitypolicyviolation", (event) => {
  say({ is: "failed", text: `policy: ${event.violatedDirective}` });
});

map.on("moveend", () => {
  asking.ask();
  tellView();
});
map.on("resize", () => asking.ask());
setInterval(() => {
  if (!picture.past) pictureLayer.invalidate();
}, AGEING);

tell = await connect(options.signatures, handlers);
say({ is: "ready" });
tellView();
asking.begin();
// For measuring and for tests; nothing on the page has a way to say what to run.
page.qroc = { map, picture, pictureLayer, marks, tools, pointing, sprites, bases, asking, model };
