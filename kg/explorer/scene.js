// What is in the picture: nodes drawn one by one, communities drawn as one disc, edges by relation.

import { labelOf } from "./graph.js";
import { MOST_NODES } from "./visible.js";

const MOST_LINKS = 600; // between communities; the weakest of more say nothing

// focus: a byte for each node, 0 where it is dimmed, or null. pathEdges: a Set, or null.
export function buildScene(graph, state, visible, focus, pathEdges) {
  const collapsed = visible.nodes > MOST_NODES;
  const single = (i) => !collapsed || state.open.has(graph.community[i]) || (focus && focus[i] > 0);
  const shown = new Uint8Array(graph.n);
  const nodes = [];
  const counts = new Map();
  for (let i = 0; i < graph.n; i++) {
    if (!visible.node[i]) continue;
    if (single(i)) {
      shown[i] = 1;
      nodes.push(i);
    }
    if (collapsed && !state.open.has(graph.community[i])) {
      let row = counts.get(graph.community[i]);
      if (!row) counts.set(graph.community[i], row = new Int32Array(graph.kinds.length));
      row[graph.kind[i]]++;
    }
  }
  const lit = [];
  const dim = [];
  const groups = () => graph.relations.map(() => []);
  const [litEdges, dimEdges] = [groups(), groups()];
  const links = new Map();
  for (let e = 0; e < graph.m; e++) {
    if (!visible.edge[e]) continue;
    const [a, b] = [graph.s[e], graph.o[e]];
    if (shown[a] && shown[b]) {
      const isLit = pathEdges ? pathEdges.has(e) : !focus || (focus[a] && focus[b]);
      (isLit ? litEdges : dimEdges)[graph.r[e]].push(e);
    } else {
      const [c, d] = [graph.community[a], graph.community[b]];
      if (c === d) continue;
      const key = c < d ? c * graph.communities.x.length + d : d * graph.communities.x.length + c;
      links.set(key, (links.get(key) ?? 0) + 1);
    }
  }
  for (const i of nodes) (focus && !focus[i] ? dim : lit).push(i);
  const many = graph.communities.x.length;
  return {
    collapsed, shown, nodes, lit, dim, litEdges, dimEdges, focus, edge: visible.edge,
    dimmed: Boolean(focus),
    links: [...links].map(([key, count]) => [Math.floor(key / many), key % many, count])
      .sort((a, b) => b[2] - a[2]).slice(0, MOST_LINKS),
    bubbles: [...counts].map(([c, kinds]) => bubble(graph, c, kinds))
      .sort((a, b) => b.count - a.count || a.c - b.c),
    clusters: collapsed ? [] : unjoined(graph, nodes),
    opened: collapsed ? [...state.open].sort((a, b) => a - b) : [],
    size: nodes.length + visible.edges,
  };
}

// Communities in which no drawn node has an edge, at least three of them: where, and their topic.
function unjoined(graph, nodes) {
  const clusters = new Map();
  for (const i of nodes) {
    const c = graph.community[i];
    if (graph.degree[i] || graph.topic[i] === undefined) clusters.set(c, null);
    else if (clusters.get(c) !== null) {
      if (!clusters.has(c)) clusters.set(c, []);
      clusters.get(c).push(i);
    }
  }
  return [...clusters].filter(([, members]) => members && members.length > 2).map(([, members]) => {
    const ys = members.map((i) => graph.y[i]);
    const x = members.reduce((sum, i) => sum + graph.x[i], 0) / members.length;
    return { x, y: (Math.min(...ys) + Math.max(...ys)) / 2, r: (Math.max(...ys) - Math.min(...ys)) / 2 + 4,
      count: members.length, text: graph.topics[graph.topic[members[0]]].name };
  });
}

function bubble(graph, c, kinds) {
  const count = kinds.reduce((sum, k) => sum + k, 0);
  const { x, y, reach } = graph.communities;
  return { c, kinds, count, x: x[c], y: y[c], r: reach[c],
    names: communityNames(graph, c) };
}

// The names of the two best connected things in a community that are no generic hubs.
export function communityNames(graph, c) {
  graph.communityNames ??= nameCommunities(graph);
  return graph.communityNames[c];
}

export const communityName = (graph, c) => communityNames(graph, c).join(" · ");

// Papers that nothing joins are called by the topic that they are listed under.
function nameCommunities(graph) {
  const best = graph.communities.x.map(() => []);
  for (let i = 0; i < graph.n; i++) {
    if (graph.generic[i]) continue;
    const top = best[graph.community[i]];
    const weight = graph.degree[i] + (graph.kind[i] === graph.paper ? 0 : 0.5);
    if (top.length < 2 || weight > top[1][0]) {
      top.push([weight, i]);
      top.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
      top.length = Math.min(top.length, 2);
    }
  }
  return best.map((top) => {
    const topic = top.length && graph.degree[top[0][1]] === 0 && graph.topics[graph.topic[top[0][1]]];
    if (topic) return [topic.name];
    return top.length ? top.map(([, i]) => labelOf(graph, i)) : ["Other nodes"];
  });
}

// The box around what is drawn, [x0, y0, x1, y1] in the world's units.
export function bounds(graph, scene, only = null) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const grow = (x, y, r) => {
    box[0] = Math.min(box[0], x - r);
    box[1] = Math.min(box[1], y - r);
    box[2] = Math.max(box[2], x + r);
    box[3] = Math.max(box[3], y + r);
  };
  for (const i of only ?? scene.nodes) grow(graph.x[i], graph.y[i], graph.radius[i]);
  if (!only) for (const { x, y, r } of scene.bubbles) grow(x, y, r);
  return box[0] === Infinity ? [-100, -100, 100, 100] : box;
}
