// The shortest path that says something: passing through a node costs more the more edges it has.

// Dijkstra (1959) over undirected edges; a step into a node costs 1 + log2(1 + its degree) / 4,
// into a generic hub 1.5 more, into the end itself 1. `allowed` has a byte for each edge. Returns edges from `from` to `to`, or null.
export function specificPath(graph, allowed, from, to) {
  const { n, start, edges, s, degree } = graph;
  const cost = new Float64Array(n).fill(Infinity);
  const by = new Int32Array(n).fill(-1);
  const heap = new Heap();
  cost[from] = 0;
  heap.push(0, from);
  while (heap.size) {
    const [far, i] = heap.pop();
    if (i === to) break;
    if (far > cost[i]) continue;
    for (let k = start[i]; k < start[i + 1]; k++) {
      const e = edges[k];
      if (!allowed[e]) continue;
      const j = s[e] === i ? graph.o[e] : s[e];
      const step = far + 1 + (j === to ? 0 : Math.log2(1 + degree[j]) / 4 + 1.5 * graph.generic[j]);
      if (step < cost[j] - 1e-9) {
        cost[j] = step;
        by[j] = e;
        heap.push(step, j);
      }
    }
  }
  if (cost[to] === Infinity) return null;
  const path = [];
  for (let i = to; i !== from;) {
    const e = by[i];
    path.push(e);
    i = s[e] === i ? graph.o[e] : s[e];
  }
  return path.reverse();
}

// A binary heap of (key, value), smallest key first.
class Heap {
  constructor() { this.keys = []; this.values = []; }

  get size() { return this.keys.length; }

  push(key, value) {
    const { keys, values } = this;
    let i = keys.length;
    keys.push(key);
    values.push(value);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (keys[up] <= key) break;
      keys[i] = keys[up];
      values[i] = values[up];
      i = up;
    }
    keys[i] = key;
    values[i] = value;
  }

  pop() {
    const { keys, values } = this;
    const top = [keys[0], values[0]];
    const key = keys.pop();
    const value = values.pop();
    const size = keys.length;
    let i = 0;
    while (size) {
      let down = 2 * i + 1;
      if (down >= size) break;
      if (down + 1 < size && keys[down + 1] < keys[down]) down++;
      if (keys[down] >= key) break;
      keys[i] = keys[down];
      values[i] = values[down];
      i = down;
    }
    if (size) {
      keys[i] = key;
      values[i] = value;
    }
    return top;
  }
}
