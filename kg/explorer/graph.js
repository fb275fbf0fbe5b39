// The graph as columns: node i and edge e are places in typed arrays.

const FEW = ["short", "aliases", "link", "arxiv", "doi", "year", "topic"];

export function readGraph(data) {
  const { nodes, edges, support } = data;
  const n = nodes.id.length;
  const m = edges.r.length;
  const ids = nodes.id.map((id, i) => wholeId(data, id, i));
  const graph = {
    n, m,
    title: data.title,
    base: data.base,
    vocabulary: data.vocabulary,
    kinds: data.kinds.map(([name, plural, colour, shape]) => ({ name, plural, colour, shape })),
    relations: data.relations.map(([name, forward, backward, family]) =>
      ({ name, forward, backward, family })),
    topics: data.topics.map(([id, name, broader]) => ({ id, name, broader })),
    sources: data.sources.map(([id, path, title, summarises, lists]) =>
      ({ id, path, title, summarises, lists })),
    id: ids,
    name: nodes.name,
    kind: Uint8Array.from(nodes.kind),
    x: Float32Array.from(nodes.x),
    y: Float32Array.from(nodes.y),
    community: Int32Array.from(nodes.community),
    communities: data.communities,
    s: new Int32Array(m),
    o: Int32Array.from(edges.o),
    r: Uint8Array.from(edges.r),
    confidence: Uint16Array.from(edges.c),
    first: new Int32Array(m + 1),
    place: new Map(ids.map((id, i) => [id, i])),
  };
  let e = 0;
  edges.out.forEach((count, i) => { graph.s.fill(i, e, e += count); });
  for (e = 0; e < m; e++) graph.first[e + 1] = graph.first[e] + (edges.n[e] ?? 1);
  const places = graph.first[m];
  graph.about = new Int32Array(places);
  for (e = 0; e < m; e++) graph.about.fill(graph.s[e], graph.first[e], graph.first[e + 1]);
  for (const [v, paper] of Object.entries(support.about)) graph.about[v] = paper;
  graph.source = new Int32Array(places);
  for (let k = 0, v = 0; k < support.runs.length; k += 2) {
    graph.source.fill(support.runs[k], v, v += support.runs[k + 1]);
  }
  for (const name of FEW) graph[name] = nodes[name];
  join(graph);
  measure(graph);
  return graph;
}

// Ids come without the part that is the same for all nodes of a kind.
function wholeId({ kinds, nodes }, id, i) {
  if (typeof id !== "string") return id[0];
  if (id === "") return `paper/arxiv-${nodes.arxiv[i]}`;
  return id.startsWith("/") ? kinds[nodes.kind[i]][0].toLowerCase() + id : id;
}

// The sentences behind the edges, by place v: text, line, rule, and what is marked in the text.
export function readSentences(data, graph) {
  const { quotes, rules } = data;
  const word = new Map([...data.codes].map((code, k) => [code, data.words[k]]));
  const plainText = (text) => (word.size && text
    ? text.replace(/[\u0100-\u07ff]/g, (c) => word.get(c) ?? c) : text);
  const quote = new Int32Array(data.quote.length);
  let following = 0;
  data.quote.forEach((back, v) => {
    quote[v] = following - back;
    if (!back) following++;
  });
  const length = new Int32Array(quote.length);
  for (let e = 0; e < graph.m; e++) {
    length.fill(graph.name[graph.o[e]].length, graph.first[e], graph.first[e + 1]);
  }
  for (const [v, value] of Object.entries(data.length)) length[v] = value;
  return {
    text: (v) => plainText(quotes[quote[v]]),
    line: (v) => data.line[v],
    rule: (v) => rules[data.rule[v]],
    marked: (v) => (data.from[v] < 0 ? null : [data.from[v], data.from[v] + length[v]]),
  };
}

// start/edges: the edges of node i are edges[start[i]] .. edges[start[i + 1] - 1].
// lane: which of the edges between the same two nodes an edge is, counted from 0.
function join(graph) {
  const { n, m, s, o } = graph;
  const start = new Int32Array(n + 1);
  for (let e = 0; e < m; e++) { start[s[e] + 1]++; start[o[e] + 1]++; }
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const next = start.slice(0, n);
  const at = new Int32Array(2 * m);
  for (let e = 0; e < m; e++) { at[next[s[e]]++] = e; at[next[o[e]]++] = e; }
  graph.start = start;
  graph.edges = at;
  graph.lane = new Uint8Array(m);
  graph.degree = new Int32Array(n);
  const seen = new Int32Array(n).fill(-1);
  const times = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    for (let k = start[i]; k < start[i + 1]; k++) {
      const e = at[k];
      const other = s[e] === i ? o[e] : s[e];
      if (seen[other] !== i) { seen[other] = i; times[other] = 0; graph.degree[i]++; }
      if (i < other) graph.lane[e] = times[other]++;
    }
  }
}

// radius: what Python's layout made room for. papers: in how many summaries a node occurs.
// generic: shared by so many summaries that its edges say little. single: a concept with one link.
function measure(graph) {
  const { n, start, edges, first, about, degree, kind } = graph;
  const paper = graph.kinds.findIndex((k) => k.name === "Paper");
  const concept = graph.kinds.findIndex((k) => k.name === "Concept");
  const proposes = graph.relations.findIndex((r) => r.name === "proposes");
  graph.paper = paper;
  graph.radius = new Float32Array(n);
  graph.papers = new Int32Array(n);
  const proposed = new Uint8Array(n);
  const seen = new Int32Array(n).fill(-1);
  const summarised = new Set();
  for (let i = 0; i < n; i++) {
    graph.radius[i] = Math.min(4 + 2.3 * Math.sqrt(degree[i]), 26);
    for (let k = start[i]; k < start[i + 1]; k++) {
      const e = edges[k];
      if (graph.r[e] === proposes && graph.o[e] === i) proposed[i] = 1;
      for (let v = first[e]; v < first[e + 1]; v++) {
        const p = about[v];
        if (p < 0 || seen[p] === i) continue;
        seen[p] = i;
        graph.papers[i]++;
        summarised.add(p);
      }
    }
  }
  const many = Math.max(5, Math.min(0.15 * summarised.size, 4 * Math.sqrt(summarised.size)));
  graph.generic = new Uint8Array(n);
  graph.single = new Uint8Array(n);
  if (n <= 80) return; // nothing is in the way of anything yet
  for (let i = 0; i < n; i++) {
    if (kind[i] !== paper && !proposed[i] && graph.papers[i] >= many) graph.generic[i] = 1;
    if (kind[i] === concept && degree[i] <= 1) graph.single[i] = 1;
  }
}

export const labelOf = (graph, i) => graph.short[i] ?? (graph.name[i] || graph.id[i]);

export const nameOf = (graph, i) => graph.name[i] || graph.id[i];

// An http(s) address for a paper, or "".
export function linkOf(graph, i) {
  const arxiv = graph.arxiv[i];
  const url = arxiv ? "https://arxiv.org/abs/" + arxiv.split("/").map(encodeURIComponent).join("/")
    : graph.link[i] ?? "";
  return /^https?:\/\//i.test(url) ? url : "";
}

// The main topic above a topic, or -1. Main topics are the topmost ones, or, where one heading
// stands above all papers, those below it.
export function rootTopic(graph, topic) {
  if (topic === undefined) return -1;
  graph.mainTopics ??= mainTopics(graph);
  return graph.mainTopics[topic];
}

function mainTopics(graph) {
  const chains = graph.topics.map((_, t) => {
    const chain = [];
    for (let up = t; up >= 0 && !chain.includes(up); up = graph.topics[up].broader) chain.unshift(up);
    return chain;
  });
  const used = [...new Set(Object.values(graph.topic))].map((t) => chains[t]);
  let level = 0;
  const at = (chain) => chain[Math.min(level, chain.length - 1)];
  while (new Set(used.map(at)).size === 1 && used.some((chain) => chain.length > level + 1)) level++;
  return chains.map(at);
}

// The topmost topic of each node: a paper's own, else that of most papers that speak of the node.
export function rootTopics(graph) {
  if (graph.roots) return graph.roots;
  const roots = new Int32Array(graph.n).fill(-1);
  for (let i = 0; i < graph.n; i++) {
    if (graph.topic[i] !== undefined) { roots[i] = rootTopic(graph, graph.topic[i]); continue; }
    const votes = new Map();
    for (let k = graph.start[i]; k < graph.start[i + 1]; k++) {
      const e = graph.edges[k];
      for (let v = graph.first[e]; v < graph.first[e + 1]; v++) {
        const t = graph.about[v] < 0 ? -1 : rootTopic(graph, graph.topic[graph.about[v]]);
        if (t >= 0) votes.set(t, (votes.get(t) ?? 0) + 1);
      }
    }
    let most = 0;
    for (const [t, count] of votes) if (count > most) { most = count; roots[i] = t; }
  }
  graph.roots = roots;
  return roots;
}

export const otherEnd = (graph, e, i) => (graph.s[e] === i ? graph.o[e] : graph.s[e]);
