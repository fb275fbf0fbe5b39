// What the reader chose, as one value, and that value as the address after "#".
//
// node=ID  edge=ID,relation,ID  path=ID,ID  hops=1..3  hide=Kind,..  without=relation,..
// years=2018-2020  topics=ID,.. (left out)  sources=ID,.. (left out)  generic=1  single=1
// colour=topic  open=1,2 (communities)  view=table

export const initialState = () => ({
  node: -1,
  edge: -1,
  path: null, // [from, to]; either may be -1 while it is being chosen
  hops: 1,
  hiddenKinds: new Set(),
  hiddenRelations: new Set(),
  hiddenTopics: new Set(),
  hiddenSources: new Set(),
  years: null, // [from, to]
  generic: false,
  single: false,
  colour: "kind",
  open: new Set(),
  view: "map",
});

// encodeURIComponent, but readable where an address allows it.
const encoded = (text) => encodeURIComponent(text).replace(/%2F/g, "/").replace(/%3A/g, ":");

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

export function toHash(graph, state) {
  const parts = [];
  const put = (key, values) => { if (values.length) parts.push(`${key}=${values.join(",")}`); };
  const ids = (list) => list.map((i) => (i < 0 ? "" : encoded(graph.id[i])));
  if (state.path) put("path", ids(state.path));
  else if (state.edge >= 0) {
    const e = state.edge;
    const [s, o] = ids([graph.s[e], graph.o[e]]);
    put("edge", [s, graph.relations[graph.r[e]].name, o]);
  } else if (state.node >= 0) put("node", ids([state.node]));
  if (state.hops !== 1) put("hops", [state.hops]);
  const sorted = (set) => [...set].sort((a, b) => a - b);
  put("hide", sorted(state.hiddenKinds).map((k) => graph.kinds[k].name));
  put("without", sorted(state.hiddenRelations).map((r) => graph.relations[r].name));
  if (state.years) put("years", [state.years.join("-")]);
  put("topics", sorted(state.hiddenTopics).map((t) => encoded(graph.topics[t].id)));
  put("sources", sorted(state.hiddenSources).map((s) => encoded(graph.sources[s].id)));
  if (state.generic) put("generic", [1]);
  if (state.single) put("single", [1]);
  if (state.colour !== "kind") put("colour", [state.colour]);
  put("open", sorted(state.open));
  if (state.view !== "map") put("view", [state.view]);
  return parts.join("&");
}

// Unknown keys and names are passed over: the graph may have been built anew since.
export function fromHash(graph, hash) {
  const state = initialState();
  const given = new Map();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) given.set(part.slice(0, at), part.slice(at + 1).split(",").map(decoded));
  }
  const values = (key) => given.get(key) ?? [];
  const node = (id) => graph.place.get(id) ?? -1;
  const places = (key, list, name) =>
    new Set(values(key).map((v) => list.findIndex((x) => x[name] === v)).filter((i) => i >= 0));
  if (given.has("path")) state.path = [node(values("path")[0]), node(values("path")[1])];
  else if (given.has("edge")) {
    const [s, r, o] = values("edge");
    const [a, b] = [node(s), node(o)];
    for (let k = a < 0 ? 0 : graph.start[a]; a >= 0 && k < graph.start[a + 1]; k++) {
      const e = graph.edges[k];
      if (graph.s[e] === a && graph.o[e] === b && graph.relations[graph.r[e]].name === r) {
        state.edge = e;
      }
    }
  } else if (given.has("node")) state.node = node(values("node")[0]);
  const hops = Number(values("hops")[0]);
  if ([2, 3].includes(hops)) state.hops = hops;
  state.hiddenKinds = places("hide", graph.kinds, "name");
  state.hiddenRelations = places("without", graph.relations, "name");
  state.hiddenTopics = places("topics", graph.topics, "id");
  state.hiddenSources = places("sources", graph.sources, "id");
  const years = /^(\d{4})-(\d{4})$/.exec(values("years")[0] ?? "");
  if (years) state.years = [Number(years[1]), Number(years[2])];
  state.generic = values("generic")[0] === "1";
  state.single = values("single")[0] === "1";
  if (values("colour")[0] === "topic") state.colour = "topic";
  const last = graph.communities.x.length;
  state.open = new Set(values("open").map(Number).filter((c) => Number.isInteger(c) && c >= 0
    && c < last));
  if (values("view")[0] === "table") state.view = "table";
  return state;
}

export const isFiltered = (state) => state.hiddenKinds.size + state.hiddenRelations.size
  + state.hiddenTopics.size + state.hiddenSources.size > 0 || state.years !== null;
