// The page: reads the graph, keeps the reader's choice in the address, draws what follows from it.

import { copyText, csvOfEdges, download, pngOf, svgOf, turtle } from "./exports.js";
import { colourOf } from "./draw.js";
import { edgeDetails, nodeDetails, pathDetails, summaryOf } from "./details.js";
import { $, announce, button, counted, element } from "./dom.js";
import { Filters } from "./filters.js";
import { labelOf, nameOf, otherEnd, readGraph, readSentences } from "./graph.js";
import { readTheme } from "./looks.js";
import { specificPath } from "./paths.js";
import { bounds, buildScene, communityName } from "./scene.js";
import { combobox, searchIndex } from "./search.js";
import { Stage } from "./stage.js";
import { fromHash, isFiltered, toHash } from "./state.js";
import { Table } from "./table.js";
import { neighbourhood, visibleParts } from "./visible.js";

const NARROW = matchMedia("(max-width: 760px)");
const WIDE = matchMedia("(min-width: 1080px)");

const graph = readGraph(JSON.parse($("graph-data").textContent));
let read = null;
const sentences = () => (read ??= readSentences(JSON.parse($("sentences-data").textContent), graph));

const stage = new Stage($("stage"), graph);
const find = searchIndex(graph);
let state = fromHash(graph, location.hash);
let theme = readTheme();
let visible, scene, path, focus;
let walked = -1; // the node that the keys N and P have marked

// ------------------------------------------------------------------------- the state

// Changes the choice. replace: the change is a part of the one before, not a step to go back to.
function change(patch, { replace = false, from = null } = {}) {
  state = { ...state, ...patch };
  const hash = toHash(graph, state);
  if (hash !== location.hash.replace(/^#/, "")) {
    // A whole address: in a frame with `srcdoc` a lone "#..." means the page around the frame.
    const address = `${location.href.split("#")[0]}#${hash}`;
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }
  render(from);
}

// Back, forward, and addresses that the reader types.
addEventListener("hashchange", () => {
  state = fromHash(graph, location.hash);
  walked = -1;
  render("address");
});

const go = {
  node: (i) => change({ node: i, edge: -1, path: null, view: "map" }, { from: "choice" }),
  edge: (e) => change({ node: -1, edge: e, path: null, view: "map" }, { from: "choice" }),
  hops: (h) => change({ hops: h }, { from: "hops" }),
  pathFrom: (i) => change({ path: [i, -1], node: -1, edge: -1, view: "map" }, { from: "path" }),
  copy: (edges, i) => copy(turtle(graph, i < 0 ? [] : [i], edges), "Turtle copied"),
  copyText: (text, said) => copy(text, said),
  clear: () => change({ node: -1, edge: -1, path: null }),
};

async function copy(text, said) {
  if (await copyText(text, said, $("copy"))) showHint(said);
}

// --------------------------------------------------------------------------- drawing

// What the choice names must be in the picture whatever hides generic hubs and single concepts.
function chosen() {
  if (state.path) return state.path.filter((i) => i >= 0);
  if (state.edge >= 0) return [graph.s[state.edge], graph.o[state.edge]];
  return state.node >= 0 ? [state.node] : [];
}

function render(from = null) {
  const ends = chosen();
  path = null;
  if (state.path && state.path[0] >= 0 && state.path[1] >= 0) {
    const open = visibleParts(graph, { ...state, generic: true, single: true }, new Set());
    path = specificPath(graph, open.edge, ...state.path);
  }
  const onPath = path ? [...new Set(path.flatMap((e) => [graph.s[e], graph.o[e]]))] : [];
  visible = visibleParts(graph, state, new Set([...ends, ...onPath]));
  focus = null;
  if (path) focus = levels(onPath);
  else if (state.edge >= 0) focus = levels(ends);
  else if (ends.length) focus = neighbourhood(graph, visible, ends, state.hops);
  scene = buildScene(graph, state, visible, focus, path ? new Set(path)
    : state.edge >= 0 ? new Set([state.edge]) : null);
  renderPanel(ends, from);
  filters.render(state, visible, scene);
  const table = state.view === "table";
  $("map").hidden = table;
  $("table").hidden = !table;
  $("table-button").setAttribute("aria-pressed", String(table));
  if (table) list.render(visible);
  else {
    stage.resize();
    cover();
    if (!stage.pictures) stage.camera.set(stage.camera.fitted(bounds(graph, scene), 24));
    stage.show(scene, theme, colourOf(graph, state), new Set(ends));
    aim(ends, onPath, from);
  }
  renderHint();
}

function levels(nodes) {
  const level = new Uint8Array(graph.n);
  for (const i of nodes) level[i] = 1;
  return level;
}

// Tells the camera how much of the stage the line at its foot and the panel cover.
function cover() {
  const panel = $("panel");
  const { covered } = stage.camera;
  covered.right = 0;
  covered.bottom = 44;
  if (panel.hidden) return;
  if (NARROW.matches) covered.bottom = Math.min(panel.offsetHeight, stage.camera.height * 0.7);
  else covered.right = panel.offsetWidth;
}

// Brings what was chosen into the picture.
function aim(ends, onPath, from) {
  if (!["choice", "address", "path", "hops", "start"].includes(from)) return;
  const nodes = onPath.length ? onPath : ends.filter((i) => scene.shown[i]);
  if (!nodes.length) {
    if (from === "address" && !ends.length) stage.fit(bounds(graph, scene));
    return;
  }
  const [i] = ends;
  if (onPath.length || state.edge >= 0) stage.fit(bounds(graph, scene, nodes), 1.5);
  else if (from === "hops" || state.hops > 1) stage.fit(bounds(graph, scene, scene.lit), 1.5);
  else {
    const zoom = Math.max(stage.camera.zoom, Math.min(1.4, fittingZoom()));
    stage.glide(stage.camera.centred(graph.x[i], graph.y[i], zoom));
  }
}

// The zoom at which the neighbourhood of the chosen node fills the stage.
function fittingZoom() {
  return Math.max(stage.camera.fitted(bounds(graph, scene, scene.lit), 60).zoom, 0.55);
}

function renderPanel(ends, from) {
  const panel = $("panel");
  const details = $("details");
  const wasHidden = panel.hidden;
  panel.hidden = !ends.length && !state.path;
  $("path-form").hidden = !state.path;
  panel.setAttribute("aria-label", state.path ? "Path" : "Details");
  if (state.path) {
    const [a, b] = state.path;
    $("path-from").value = a >= 0 ? nameOf(graph, a) : "";
    $("path-to").value = b >= 0 ? nameOf(graph, b) : "";
    details.replaceChildren(...(path ? pathDetails(graph, sentences, path, a, go)
      : a >= 0 && b >= 0 ? [element("p", { class: "none" }, a === b ? "Both ends are the same node."
        : "No path joins these two among the relations that the filters leave.")] : []));
    if (path) announce(`Path of ${counted(path.length, "step")}: ${pathNames(a).join(", ")}`);
    if (from === "path" && !path) $(a >= 0 ? "path-to" : "path-from").focus();
  } else if (state.edge >= 0) {
    details.replaceChildren(...edgeDetails(graph, sentences, state.edge, go));
    announce(`Relation: ${labelOf(graph, ends[0])} `
      + `${graph.relations[graph.r[state.edge]].forward} ${labelOf(graph, ends[1])}`);
  } else if (state.node >= 0) {
    details.replaceChildren(...nodeDetails(graph, sentences, state, visible, state.node, go)
      .filter(Boolean));
    announce(summaryOf(graph, state.node));
  } else details.replaceChildren();
  if (!panel.hidden && from !== "hops") panel.scrollTop = 0;
  if (from === "choice" && !panel.hidden && (wasHidden || !panel.contains(document.activeElement))
    && document.activeElement !== $("stage")) {
    details.querySelector("h2")?.focus({ preventScroll: true });
  }
}

function pathNames(from) {
  const names = [labelOf(graph, from)];
  let i = from;
  for (const e of path) names.push(labelOf(graph, i = otherEnd(graph, e, i)));
  return names;
}

// ------------------------------------------------------------------- the line below the map

let hinting = 0;

function showHint(text) {
  $("hint").replaceChildren(text);
  clearTimeout(hinting);
  hinting = setTimeout(renderHint, 4000);
}

function renderHint() {
  clearTimeout(hinting);
  const parts = [];
  const away = visible.generic + visible.single;
  if (!visible.nodes) {
    parts.push("No node passes the filters. ", button("Reset filters", () => filters.reset(),
      { class: "plain" }));
  } else if (scene.collapsed && !focus) {
    parts.push(`${counted(visible.nodes, "node")} in ${counted(scene.bubbles.length
      + scene.opened.length, "community", "communities")}. Click one to open it, or search.`);
  } else if (away && !focus) {
    parts.push([visible.generic && counted(visible.generic, "generic hub"),
      visible.single && counted(visible.single, "one-link concept")].filter(Boolean).join(" and ")
      + " hidden. ", button("Show", () => change({ generic: true, single: true }), { class: "plain" }));
  } else if (isFiltered(state)) parts.push("Some filters are set.");
  $("hint").replaceChildren(...parts);
}

// ----------------------------------------------------------------------------- parts

const filters = new Filters($("filters"), graph, (patch, replace) => {
  change(patch, { replace });
  announce(`${counted(visible.nodes, "node")}, ${counted(visible.edges, "relation")} shown`);
}, openCommunity);

const list = new Table($("table"), graph, sentences, go);

function openCommunity(c, open = true) {
  const next = new Set(state.open);
  if (open) next.add(c);
  else next.delete(c);
  change({ open: next });
  const { x, y, reach } = graph.communities;
  if (open && !$("map").hidden) {
    stage.fit([x[c] - reach[c], y[c] - reach[c], x[c] + reach[c], y[c] + reach[c]]);
  }
  announce(`${communityName(graph, c)}: community ${open ? "opened" : "closed"}`);
}

combobox(graph, $("search"), $("results"), find, (i) => {
  if (state.path) takeEnd(i);
  else go.node(i);
});
const takeFrom = (i) => change({ path: [i, state.path[1]] }, { from: "path" });
const takeTo = (i) => change({ path: [state.path[0], i] }, { from: "path" });
combobox(graph, $("path-from"), $("path-from-results"), find, takeFrom, { clear: false });
combobox(graph, $("path-to"), $("path-to-results"), find, takeTo, { clear: false });

// A node that was clicked while a path is being chosen becomes its missing end.
function takeEnd(i) {
  if (state.path[0] < 0) takeFrom(i);
  else takeTo(i);
}

stage.onchoose = (found) => {
  walked = -1;
  if (!found) {
    if (chosen().length || state.path) go.clear();
  } else if (found.bubble !== undefined) openCommunity(found.bubble);
  else if (found.edge !== undefined) go.edge(found.edge);
  else if (state.path && state.path.includes(-1)) takeEnd(found.node);
  else go.node(found.node);
};

// --------------------------------------------------------------------------- controls

$("zoom-in").addEventListener("click", () => stage.zoomBy(1.5));
$("zoom-out").addEventListener("click", () => stage.zoomBy(1 / 1.5));
$("zoom-fit").addEventListener("click", () => stage.fit(bounds(graph, scene)));
$("close-panel").addEventListener("click", () => { go.clear(); $("stage").focus(); });
$("path-button").addEventListener("click", () => {
  change({ path: [state.node, -1], node: -1, edge: -1, view: "map" }, { from: "path" });
});
$("table-button").addEventListener("click", toggleTable);
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  if (state.view !== "table") toggleTable();
  $("table").focus();
});
$("help-button").addEventListener("click", () => $("help").showModal());

function toggleTable() {
  change({ view: state.view === "table" ? "map" : "table" });
  announce(state.view === "table" ? "Table" : "Map");
}

function showFilters(shown) {
  $("filters").hidden = !shown;
  $("toggle-filters").setAttribute("aria-expanded", String(shown));
}

$("toggle-filters").addEventListener("click", () => showFilters($("filters").hidden));

// ------------------------------------------------------------------------------ theme

function setTheme(dark, keep) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  $("theme-button").setAttribute("aria-pressed", String(dark));
  theme = readTheme();
  if (keep) remember(dark);
}

// A page in a frame without an origin of its own may not keep anything.
function remember(dark) {
  try {
    localStorage.setItem("kg-theme", dark ? "dark" : "light");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function remembered() {
  try {
    return localStorage.getItem("kg-theme");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
setTheme((remembered() ?? (dark.matches ? "dark" : "light")) === "dark", false);
dark.addEventListener("change", () => {
  if (remembered()) return;
  setTheme(dark.matches, false);
  render();
});
$("theme-button").addEventListener("click", () => {
  setTheme(document.documentElement.dataset.theme !== "dark", true);
  render();
});

// ----------------------------------------------------------------------------- export

const menu = $("export-menu");

function showMenu(shown) {
  menu.hidden = !shown;
  $("export-button").setAttribute("aria-expanded", String(shown));
  if (shown) menu.querySelector("button").focus();
}

$("export-button").addEventListener("click", () => showMenu(menu.hidden));
menu.addEventListener("keydown", (event) => {
  const items = [...menu.querySelectorAll("button:not([hidden])")];
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
  } else if (event.key === "Escape") {
    event.stopPropagation();
    showMenu(false);
    $("export-button").focus();
  } else if (event.key === "Tab") showMenu(false);
});
document.addEventListener("pointerdown", (event) => {
  if (!menu.hidden && !event.target.closest(".menu")) showMenu(false);
});

const visibleEdges = () => [...visible.edge.keys()].filter((e) => visible.edge[e]);
const visibleNodes = () => [...visible.node.keys()].filter((i) => visible.node[i]);

// A picture is taken of the map, also while the table is open.
function onMap(take) {
  if (state.view !== "map") change({ view: "map" });
  take();
}

const EXPORTS = {
  png: () => onMap(() => pngOf(stage, (blob) => download("graph.png", blob))),
  svg: () => onMap(() => download("graph.svg", new Blob([svgOf(stage, state)],
    { type: "image/svg+xml" }))),
  csv: () => download("graph.csv", new Blob(["\ufeff", csvOfEdges(graph, sentences, visibleEdges())],
    { type: "text/csv" })),
  turtle: () => copy(turtle(graph, visibleNodes(), visibleEdges()),
    `${counted(visible.edges, "relation")} copied as Turtle`),
  link: () => copy(location.href, "Link copied"),
};

// A page inside another one's text has no address of its own to hand on.
menu.querySelector("[data-export=link]").hidden = location.protocol === "about:";

menu.addEventListener("click", (event) => {
  const wanted = EXPORTS[event.target.dataset.export];
  if (!wanted) return;
  showMenu(false);
  $("export-button").focus();
  wanted();
});

// --------------------------------------------------------------------------- keyboard

const STEP = 80;
const MOVES = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

// The next node of the picture by importance, marked and spoken.
function walk(by) {
  const { camera } = stage;
  const nodes = scene.lit.filter((i) => {
    const [x, y] = [camera.screenX(graph.x[i]), camera.screenY(graph.y[i])];
    return x > 0 && y > 0 && x < camera.width && y < camera.height;
  }).sort((a, b) => graph.radius[b] - graph.radius[a] || a - b);
  if (!nodes.length) return;
  const at = nodes.indexOf(walked);
  walked = nodes[(at < 0 ? (by > 0 ? 0 : nodes.length - 1) : at + by + nodes.length) % nodes.length];
  stage.setHover(walked);
  announce(summaryOf(graph, walked));
}

const KEYS = {
  "+": () => stage.zoomBy(1.4),
  "=": () => stage.zoomBy(1.4),
  "-": () => stage.zoomBy(1 / 1.4),
  0: () => stage.fit(bounds(graph, scene)),
  1: () => state.node >= 0 && go.hops(1),
  2: () => state.node >= 0 && go.hops(2),
  3: () => state.node >= 0 && go.hops(3),
  "/": () => $("search").focus(),
  "?": () => $("help").showModal(),
  t: toggleTable,
  f: () => showFilters($("filters").hidden),
  n: () => walk(1),
  p: () => walk(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "Escape") {
    if (NARROW.matches && !$("filters").hidden) showFilters(false);
    else if (chosen().length || state.path) { go.clear(); $("stage").focus(); }
    return;
  }
  if (typing && typing.type !== "checkbox") return;
  if (event.target === $("stage")) {
    if (MOVES[event.key]) {
      event.preventDefault();
      stage.panBy(...MOVES[event.key]);
      return;
    }
    if (event.key === "Enter" && walked >= 0) {
      if (state.path && state.path.includes(-1)) takeEnd(walked);
      else go.node(walked);
      return;
    }
  }
  const wanted = KEYS[event.key.toLowerCase()];
  if (!wanted) return;
  event.preventDefault();
  wanted();
});

// ------------------------------------------------------------------------------ start

new ResizeObserver(() => {
  if (!$("map").hidden && stage.resize()) stage.redraw();
}).observe($("map"));

showFilters(WIDE.matches);
render("start");
document.documentElement.dataset.ready = "yes";
