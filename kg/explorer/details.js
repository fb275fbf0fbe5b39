// The panel about one node, one edge or one path: every relation with the sentence behind it.

import { announce, button, counted, element, named } from "./dom.js";
import { labelOf, linkOf, nameOf, otherEnd } from "./graph.js";
import { kindMark, relationMark } from "./mark.js";

const FIRST = 12; // relations of one sort that are shown before "Show all"

// go: {node(i), edge(e), hops(h), pathFrom(i), copy(edges), back()}
export function nodeDetails(graph, sentences, state, visible, i, go) {
  const topic = graph.topics[graph.topic[i]];
  const link = linkOf(graph, i);
  const facts = [
    graph.year[i] && ["Year", String(graph.year[i])],
    topic && ["Topic", named(topic.name)],
    graph.aliases[i] && ["Also", named(graph.aliases[i].join(", "))],
    graph.arxiv[i] && ["arXiv", named(graph.arxiv[i])],
    graph.doi[i] && ["DOI", named(graph.doi[i])],
    ...sourcesOf(graph, i),
    graph.papers[i] > 1 && ["In", counted(graph.papers[i], "summary", "summaries")],
  ].filter(Boolean);
  const groups = grouped(graph, i);
  return [
    heading(graph, [kindMark(graph, graph.kind[i]), graph.kinds[graph.kind[i]].name],
      named(nameOf(graph, i))),
    facts.length > 0 && element("dl", { class: "facts" }, ...facts.flatMap(([term, value]) =>
      [element("dt", {}, term), element("dd", {}, value)])),
    element("div", { class: "actions" },
      link && element("a", { class: "button primary", href: link, target: "_blank",
        rel: "noopener noreferrer" }, "Read paper"),
      button("Path from here", () => go.pathFrom(i), { class: "button" }),
      button("Copy Turtle", () => go.copy(edgesOf(graph, i), i), { class: "button" })),
    element("div", { class: "hops", role: "group", "aria-label": "Neighbourhood shown" },
      element("span", {}, "Show"),
      ...[1, 2, 3].map((h) => button(counted(h, "step"), () => go.hops(h),
        { "aria-pressed": String(state.hops === h) }))),
    ...groups.map((group) => relationGroup(graph, sentences, visible, group, go)),
    !groups.length && element("p", { class: "quiet" },
      "No relations: the sources only list this paper."),
  ];
}

export function edgeDetails(graph, sentences, e, go) {
  return [
    heading(graph, [relationMark(graph.relations[graph.r[e]]), "Relation"],
      graph.relations[graph.r[e]].forward),
    element("p", { class: "triple" }, goTo(graph, graph.s[e], go),
      element("span", { class: "verb" }, graph.relations[graph.r[e]].forward),
      goTo(graph, graph.o[e], go)),
    evidence(graph, sentences, e),
    element("div", { class: "actions" },
      button("Copy Turtle", () => go.copy([e], -1), { class: "button" })),
  ];
}

export function pathDetails(graph, sentences, path, from, go) {
  const steps = [];
  let i = from;
  for (const e of path) {
    const j = otherEnd(graph, e, i);
    const relation = graph.relations[graph.r[e]];
    steps.push(element("li", {}, goTo(graph, i, go),
      element("p", { class: "verb" }, relationMark(relation),
        graph.s[e] === i ? relation.forward : relation.backward),
      evidence(graph, sentences, e)));
    i = j;
  }
  steps.push(element("li", {}, goTo(graph, i, go)));
  return [
    element("p", { class: "quiet" }, `${counted(path.length, "step")}; specific nodes are `
      + "preferred to hubs."),
    element("ol", { class: "path" }, ...steps),
    element("div", { class: "actions" },
      button("Copy Turtle", () => go.copy(path, -1), { class: "button" })),
  ];
}

// Which sources summarise a paper or only list it.
function sourcesOf(graph, i) {
  const titled = (source) => named(source.title || source.path);
  return [["Summarised in", "summarises"], ["Listed in", "lists"]].map(([term, field]) => {
    const members = graph.sources.filter((source) => source[field].includes(i));
    return members.length > 0 && [term, element("span", {}, ...members.slice(0, 5).flatMap(
      (source, k) => [k > 0 && ", ", titled(source)].filter(Boolean)))];
  });
}

function heading(graph, over, title) {
  return element("header", {}, element("p", { class: "over" }, ...over),
    element("h2", { tabindex: "-1" }, title));
}

function goTo(graph, i, go) {
  return element("button", { type: "button", class: "go", onclick: () => go.node(i) },
    kindMark(graph, graph.kind[i]), named(nameOf(graph, i)));
}

export const edgesOf = (graph, i) => [...graph.edges.subarray(graph.start[i], graph.start[i + 1])];

// The edges of a node by relation and direction, in the order of the relations.
function grouped(graph, i) {
  const groups = new Map();
  for (const e of edgesOf(graph, i)) {
    const out = graph.s[e] === i;
    const key = 2 * graph.r[e] + (out ? 0 : 1);
    if (!groups.has(key)) groups.set(key, { key, relation: graph.relations[graph.r[e]], out, edges: [] });
    groups.get(key).edges.push([e, otherEnd(graph, e, i)]);
  }
  const list = [...groups.values()].sort((a, b) => a.key - b.key);
  for (const { edges } of list) {
    edges.sort(([a, x], [b, y]) => graph.confidence[b] - graph.confidence[a] || x - y);
  }
  return list;
}

function relationGroup(graph, sentences, visible, { relation, out, edges }, go) {
  const list = element("ul", { class: "relations" });
  const add = (rows) => list.append(...rows.map(([e, j]) => element(
    "li", { class: visible.edge[e] ? null : "filtered" },
    element("div", { class: "line" }, goTo(graph, j, go),
      !visible.node[j] && element("small", {}, "hidden in the picture")),
    evidence(graph, sentences, e))));
  add(edges.slice(0, FIRST));
  const section = element("section", {},
    element("h3", {}, relationMark(relation), out ? relation.forward : relation.backward,
      element("span", { class: "count" }, edges.length)),
    list);
  if (edges.length > FIRST) {
    section.append(button(`Show all ${edges.length}`, (event) => {
      add(edges.slice(FIRST));
      event.target.remove();
      list.children[FIRST].querySelector("button").focus();
      announce(`${edges.length} shown`);
    }, { class: "more" }));
  }
  return section;
}

// The sentences behind an edge; from the second on they are folded away.
function evidence(graph, sentences, e) {
  const [first, last] = [graph.first[e], graph.first[e + 1]];
  const box = element("div", { class: "evidence" }, place(graph, sentences, e, first));
  if (last - first > 1) {
    const more = element("details", {},
      element("summary", {}, counted(last - first - 1, "more place says so", "more places say so")));
    more.addEventListener("toggle", () => {
      if (more.children.length > 1) return;
      for (let v = first + 1; v < last; v++) more.append(place(graph, sentences, e, v));
    });
    box.append(more);
  }
  return box;
}

function place(graph, sentences, e, v) {
  const all = sentences();
  const words = all.text(v);
  const source = graph.sources[graph.source[v]];
  const at = element("p", { class: "place" },
    element("span", {}, named(`${source ? source.path : "?"}:${all.line(v)}`)),
    element("span", { title: "Confidence, from 0 to 1" },
      element("span", { class: "meter", "aria-hidden": "true" },
        element("i", { class: `c${Math.round(graph.confidence[e] / 100)}` })),
      `confidence ${(graph.confidence[e] / 1000).toFixed(2)}`),
    element("span", { title: "The rule that found it" }, named(all.rule(v))));
  if (!words) return at;
  const marked = all.marked(v);
  const quote = element("blockquote", { dir: "auto" });
  if (!marked) quote.append(words);
  else {
    const [from, to] = marked;
    quote.append(words.slice(0, from), element("mark", {}, words.slice(from, to)),
      words.slice(to));
  }
  return element("div", {}, quote, at);
}

export const summaryOf = (graph, i) => `${graph.kinds[graph.kind[i]].name} ${labelOf(graph, i)}, `
  + counted(graph.start[i + 1] - graph.start[i], "relation");
