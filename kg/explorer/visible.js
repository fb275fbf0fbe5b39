// Which nodes and edges the filters leave, and which of them are drawn one by one.

import { rootTopic } from "./graph.js";

// More nodes than this mean nothing to the eye: communities are drawn instead.
export const MOST_NODES = 2000;

// Returns {node, edge: Uint8Array, nodes, edges: counts, kinds, relations: counts before the
// filter by kind or relation, generic, single: how many the two switches keep away}.
export function visibleParts(graph, state, pinned) {
  const { n, m, s, o, r, kind } = graph;
  const told = supported(graph, state);
  const strict = told !== null;
  const edge = new Uint8Array(m);
  const node = new Uint8Array(n);
  const relations = new Int32Array(graph.relations.length);
  const kinds = new Int32Array(graph.kinds.length);
  const result = { node, edge, relations, kinds, nodes: 0, edges: 0, generic: 0, single: 0 };
  const linked = new Uint8Array(n); // has an edge that passes every filter
  const spoken = new Uint8Array(n); // has an edge that the chosen papers and sources speak of
  for (let e = 0; e < m; e++) {
    if (strict && !told[e]) continue;
    spoken[s[e]] = spoken[o[e]] = 1;
    relations[r[e]]++;
    if (state.hiddenRelations.has(r[e])) continue;
    edge[e] = 1;
    linked[s[e]] = linked[o[e]] = 1;
  }
  const paperFits = strict ? fittingPapers(graph, state) : null;
  for (let i = 0; i < n; i++) {
    const edgeless = graph.degree[i] === 0;
    if (kind[i] === graph.paper && strict) {
      if (paperFits[i] === 0 || (paperFits[i] === 2 && !spoken[i])) continue;
    } else if (strict && !spoken[i]) continue;
    kinds[kind[i]]++;
    if (state.hiddenKinds.has(kind[i])) continue;
    if (state.hiddenRelations.size && !edgeless && !linked[i]) continue;
    if (!pinned.has(i)) {
      if (graph.generic[i] && !state.generic) { result.generic++; continue; }
      if (graph.single[i] && !state.single) { result.single++; continue; }
    }
    node[i] = 1;
    result.nodes++;
  }
  for (let e = 0; e < m; e++) {
    if (edge[e] && !(node[s[e]] && node[o[e]])) edge[e] = 0;
    result.edges += edge[e];
  }
  return result;
}

const inRange = (years, year) => !years || year === undefined
  || (year >= years[0] && year <= years[1]);

const shownTopic = (graph, state, topic) => topic === undefined
  || !(state.hiddenTopics.has(topic) || state.hiddenTopics.has(rootTopic(graph, topic)));

// For each edge whether some summary that passes the filters speaks of it; null without filters.
function supported(graph, state) {
  const { hiddenTopics, hiddenSources, years } = state;
  if (!hiddenTopics.size && !hiddenSources.size && !years) return null;
  const { m, first, about, source, year, topic } = graph;
  const told = new Uint8Array(m);
  for (let e = 0; e < m; e++) {
    for (let v = first[e]; v < first[e + 1] && !told[e]; v++) {
      const p = about[v];
      told[e] = hiddenSources.has(source[v]) || (p >= 0
        && !(inRange(years, year[p]) && shownTopic(graph, state, topic[p]))) ? 0 : 1;
    }
  }
  return told;
}

// 0: a filter excludes the paper itself; 1: it belongs to the choice; 2: only if an edge does.
function fittingPapers(graph, state) {
  const fits = new Uint8Array(graph.n).fill(2);
  graph.sources.forEach((source, number) => {
    if (state.hiddenSources.has(number)) return;
    for (const p of source.summarises) fits[p] = 1;
    for (const p of source.lists) fits[p] = 1;
  });
  for (let i = 0; i < graph.n; i++) {
    if (graph.kind[i] !== graph.paper) continue;
    if (!inRange(state.years, graph.year[i])) fits[i] = 0;
    else if (!shownTopic(graph, state, graph.topic[i])) fits[i] = 0;
  }
  return fits;
}

// How far each node is from the given ones over visible edges: 1 for them, 2 next, ...; 0 beyond.
export function neighbourhood(graph, visible, from, hops) {
  const level = new Uint8Array(graph.n);
  let ring = from.filter((i) => visible.node[i]);
  let size = ring.length;
  for (const i of ring) level[i] = 1;
  for (let depth = 2; depth <= hops + 1; depth++) {
    const next = [];
    for (const i of ring) {
      for (let k = graph.start[i]; k < graph.start[i + 1]; k++) {
        const e = graph.edges[k];
        const j = graph.s[e] === i ? graph.o[e] : graph.s[e];
        if (!visible.edge[e] || level[j] || size >= MOST_NODES) continue;
        level[j] = depth;
        size++;
        next.push(j);
      }
    }
    ring = next;
  }
  return level;
}
