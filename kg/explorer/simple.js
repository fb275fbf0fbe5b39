// The simple view: vis-network draws what pyvis made; this adds the details and the Find box.

import { $, button, element, named } from "./dom.js";
import { linkOf, nameOf, otherEnd, readGraph, readSentences } from "./graph.js";

const read = (id) => JSON.parse($(id).textContent);
const { nodes, edges } = read("network-data");
const graph = readGraph(read("graph-data"));
const sentences = readSentences(read("sentences-data"), graph);
const panel = $("details");

edges.forEach((edge, i) => { edge.id = i; });
const network = new vis.Network(
  $("network"),
  { nodes: new vis.DataSet(nodes), edges: new vis.DataSet(edges) },
  read("options-data"),
);

function choose(i) {
  network.selectNodes([graph.id[i]]);
  network.focus(graph.id[i], { scale: Math.max(1.4, network.getScale()), animation: false });
  showNode(i);
}

const goTo = (i) => button(named(nameOf(graph, i)), () => choose(i));

// The places that say an edge, each with its sentence.
function places(e) {
  const list = [];
  for (let v = graph.first[e]; v < graph.first[e + 1]; v++) {
    const words = sentences.text(v);
    const marked = sentences.marked(v) ?? [0, 0];
    if (words) {
      list.push(element("blockquote", { dir: "auto" }, words.slice(0, marked[0]),
        marked[1] > 0 && element("mark", {}, words.slice(...marked)), words.slice(marked[1])));
    }
    const path = graph.sources[graph.source[v]]?.path ?? "?";
    list.push(element("small", {}, named(`${path}:${sentences.line(v)}`), " · ",
      named(sentences.rule(v)), ` · confidence ${(graph.confidence[e] / 1000).toFixed(2)}`));
  }
  return list;
}

function open(...content) {
  const close = button("×", () => { panel.hidden = true; network.unselectAll(); },
    { class: "close", "aria-label": "Close details" });
  panel.replaceChildren(close, ...content.filter(Boolean));
  panel.hidden = false;
  panel.scrollTop = 0;
}

function showNode(i) {
  const groups = new Map();
  for (let k = graph.start[i]; k < graph.start[i + 1]; k++) {
    const e = graph.edges[k];
    const relation = graph.relations[graph.r[e]];
    const title = graph.s[e] === i ? relation.forward : relation.backward;
    if (!groups.has(title)) groups.set(title, []);
    groups.get(title).push(e);
  }
  const link = linkOf(graph, i);
  open(
    element("h2", {}, named(nameOf(graph, i))),
    element("p", {}, [graph.kinds[graph.kind[i]].name, graph.year[i]].filter(Boolean).join(" · ")),
    graph.aliases[i] && element("p", {}, "Also: ", named(graph.aliases[i].join(", "))),
    link && element("p", {}, element("a", { href: link, target: "_blank",
      rel: "noopener noreferrer" }, "Read the paper")),
    ...[...groups].flatMap(([title, members]) => [
      element("h3", {}, title),
      element("ul", {}, ...members.map((e) =>
        element("li", {}, goTo(otherEnd(graph, e, i)), ...places(e)))),
    ]),
    !groups.size && element("p", {}, "No relations."),
  );
}

function showEdge(e) {
  open(
    element("h2", {}, goTo(graph.s[e]), ` ${graph.relations[graph.r[e]].forward} `,
      goTo(graph.o[e])),
    ...places(e),
  );
}

network.on("click", (event) => {
  if (event.nodes.length) showNode(graph.place.get(event.nodes[0]));
  else if (event.edges.length) showEdge(event.edges[0]);
  else panel.hidden = true;
});

const byName = new Map();
graph.name.forEach((name, i) => {
  if (byName.has(name)) return;
  byName.set(name, i);
  $("names").append(element("option", { value: name }));
});

function look() {
  const i = byName.get($("find").value.trim());
  if (i !== undefined) choose(i);
}

$("find").addEventListener("change", look);
$("find").addEventListener("keydown", (event) => { if (event.key === "Enter") look(); });
network.once("afterDrawing", () => { document.documentElement.dataset.ready = "yes"; });
