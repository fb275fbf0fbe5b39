// Drawing a scene on a canvas: everything that the stage and the PNG export have in common.

import { pixels } from "./camera.js";
import { number } from "./dom.js";
import { labelOf, rootTopics } from "./graph.js";
import { lineHeight, placeLabels } from "./labels.js";
import { NO_TOPIC, lineOf, topicColours, traceShape } from "./looks.js";

// Edges are bent, dashed and given arrows only where there are few enough to see it.
const FINE = 4000;

export const isFine = (scene) => scene.size <= FINE;

// Bend of an edge, as a share of its length; edges between the same two nodes bend apart.
export const bendOf = (graph, e) => 0.07 + 0.1 * graph.lane[e];

// The corner of the quadratic curve from (ax, ay) to (bx, by).
export function corner(ax, ay, bx, by, bend) {
  return [(ax + bx) / 2 - (by - ay) * bend, (ay + by) / 2 + (bx - ax) * bend];
}

export function colourOf(graph, state) {
  if (state.colour !== "topic") return (i) => graph.kinds[graph.kind[i]].colour;
  const roots = rootTopics(graph);
  const colours = topicColours(graph, roots);
  return (i) => colours.get(roots[i]) ?? NO_TOPIC;
}

// Draws in slices: a generator that yields where it may be interrupted.
export function* drawScene(context, graph, scene, camera, theme, colour, ratio) {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 1;
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, camera.width, camera.height);
  context.lineCap = "butt";
  drawLinks(context, graph, scene, camera, theme);
  drawOpened(context, graph, scene, camera, theme);
  drawBubbles(context, graph, scene, camera, theme);
  yield;
  yield* drawEdges(context, graph, scene, camera, theme, scene.dimEdges, 0.1, 1);
  yield* drawEdges(context, graph, scene, camera, theme, scene.litEdges,
    scene.dimmed ? 0.95 : 0.5, scene.dimmed ? 1.35 : 1);
  yield* drawNodes(context, graph, camera, theme, colour, scene.dim, 0.13);
  yield* drawNodes(context, graph, camera, theme, colour, scene.lit, 1);
}

function drawLinks(context, graph, scene, camera, theme) {
  const { x, y } = graph.communities;
  const most = scene.links.reduce((top, [, , count]) => Math.max(top, count), 1);
  context.strokeStyle = theme.quiet;
  for (const [a, b, count] of scene.links) {
    context.globalAlpha = (scene.dimmed ? 0.25 : 1) * (0.05 + 0.35 * Math.sqrt(count / most));
    context.lineWidth = 0.6 + 5 * Math.sqrt(count / most);
    context.beginPath();
    context.moveTo(camera.screenX(x[a]), camera.screenY(y[a]));
    context.lineTo(camera.screenX(x[b]), camera.screenY(y[b]));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawOpened(context, graph, scene, camera, theme) {
  const { x, y, reach } = graph.communities;
  context.strokeStyle = theme.quiet;
  context.fillStyle = theme.bubble;
  context.lineWidth = 1;
  for (const c of scene.opened) {
    context.beginPath();
    context.arc(camera.screenX(x[c]), camera.screenY(y[c]), reach[c] * camera.zoom, 0, 7);
    context.globalAlpha = 0.35;
    context.fill();
    context.globalAlpha = 0.3;
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawBubbles(context, graph, scene, camera, theme) {
  context.globalAlpha = scene.dimmed ? 0.3 : 1;
  for (const { x, y, r, kinds, count } of scene.bubbles) {
    const [cx, cy, radius] = [camera.screenX(x), camera.screenY(y), Math.max(r * camera.zoom, 3)];
    if (cx + radius < 0 || cy + radius < 0 || cx - radius > camera.width
      || cy - radius > camera.height) continue;
    context.beginPath();
    context.arc(cx, cy, radius, 0, 7);
    context.fillStyle = theme.bubble;
    context.fill();
    // A ring that tells of which kinds the community is made.
    const ring = Math.max(1.5, Math.min(7, radius * 0.12));
    context.lineWidth = ring;
    let angle = -Math.PI / 2;
    kinds.forEach((share, kind) => {
      if (!share) return;
      const end = angle + 2 * Math.PI * share / count;
      context.beginPath();
      context.strokeStyle = graph.kinds[kind].colour;
      context.arc(cx, cy, Math.max(radius - ring / 2, 0.5), angle, end);
      context.stroke();
      angle = end;
    });
  }
  context.globalAlpha = 1;
}

function* drawEdges(context, graph, scene, camera, theme, groups, alpha, thicker) {
  const fine = isFine(scene);
  const { x, y, s, o } = graph;
  const { zoom, left, top, width, height } = camera;
  const scale = Math.max(0.55, Math.min(1.5, zoom ** 0.5)) * thicker;
  for (let relation = 0; relation < groups.length; relation++) {
    const edges = groups[relation];
    if (!edges.length) continue;
    const line = lineOf(graph.relations[relation]);
    const directed = fine && zoom > 0.45
      && (line.family === "prior" || line.family === "structure" || scene.dimmed);
    context.strokeStyle = context.fillStyle = theme.family[line.family] ?? theme.quiet;
    context.globalAlpha = alpha * (line.family === "topic" || line.family === "use" ? 0.85 : 1);
    context.lineWidth = line.width * scale;
    context.setLineDash(fine ? line.dashes : []);
    const heads = [];
    context.beginPath();
    for (let k = 0; k < edges.length; k++) {
      const e = edges[k];
      const [a, b] = [s[e], o[e]];
      const [ax, ay, bx, by] = [x[a] * zoom + left, y[a] * zoom + top, x[b] * zoom + left,
        y[b] * zoom + top];
      if ((ax < 0 && bx < 0) || (ay < 0 && by < 0) || (ax > width && bx > width)
        || (ay > height && by > height)) continue;
      context.moveTo(ax, ay);
      if (fine) {
        const [cx, cy] = corner(ax, ay, bx, by, bendOf(graph, e));
        context.quadraticCurveTo(cx, cy, bx, by);
        if (directed) heads.push(bx, by, cx, cy, pixels(graph.radius[b], zoom));
      } else context.lineTo(bx, by);
      if (k % 2000 === 1999) {
        context.stroke();
        yield;
        context.beginPath();
      }
    }
    context.stroke();
    if (heads.length) {
      context.setLineDash([]);
      context.beginPath();
      for (let k = 0; k < heads.length; k += 5) {
        traceHead(context, heads[k], heads[k + 1], heads[k + 2], heads[k + 3], heads[k + 4] + 1,
          4 + 2 * scale);
      }
      context.fill();
    }
    yield;
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

// An arrow head that ends `gap` before (x, y), coming from (fromX, fromY).
function traceHead(context, x, y, fromX, fromY, gap, size) {
  const [dx, dy] = [x - fromX, y - fromY];
  const far = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / far, dy / far];
  const [px, py] = [x - ux * gap, y - uy * gap];
  context.moveTo(px, py);
  context.lineTo(px - ux * size - uy * size * 0.45, py - uy * size + ux * size * 0.45);
  context.lineTo(px - ux * size + uy * size * 0.45, py - uy * size - ux * size * 0.45);
  context.closePath();
}

function* drawNodes(context, graph, camera, theme, colour, nodes, alpha) {
  const groups = new Map();
  for (const i of nodes) {
    const key = `${graph.kind[i]} ${colour(i)}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(i);
  }
  context.globalAlpha = alpha;
  context.lineJoin = "round";
  // The last kinds are the many small ones: they lie below.
  const order = [...groups].sort(([, a], [, b]) => graph.kind[b[0]] - graph.kind[a[0]]);
  for (const [, members] of order) {
    const shape = graph.kinds[graph.kind[members[0]]].shape;
    context.fillStyle = colour(members[0]);
    context.strokeStyle = theme.outline;
    context.lineWidth = camera.zoom < 0.5 ? 0.5 : 1;
    context.beginPath();
    for (let k = 0; k < members.length; k++) {
      const i = members[k];
      const r = pixels(graph.radius[i], camera.zoom);
      const [x, y] = [camera.screenX(graph.x[i]), camera.screenY(graph.y[i])];
      if (x + r < 0 || y + r < 0 || x - r > camera.width || y - r > camera.height) continue;
      traceShape(context, shape, x, y, r);
      if (k % 2000 === 1999) {
        context.fill();
        context.stroke();
        yield;
        context.beginPath();
      }
    }
    context.fill();
    context.stroke();
    yield;
  }
  context.globalAlpha = 1;
}

// ------------------------------------------------------------------------------ labels

const widths = new Map();

function widthOf(context, theme) {
  return (text, size, bold) => {
    const key = `${size}${bold ? "b" : ""}${text}`;
    let width = widths.get(key);
    if (width === undefined) {
      context.font = fontOf(theme, size, bold);
      width = context.measureText(text).width;
      widths.set(key, width);
    }
    return width;
  };
}

export const fontOf = (theme, size, bold) => `${bold ? "600 " : ""}${size}px ${theme.font}`;

// Which labels the picture has in this view; `must` are nodes whose label is wanted most.
export function chooseLabels(context, graph, scene, camera, theme, must) {
  const { covered } = camera;
  const box = [covered.left + 6, covered.top + 6, camera.width - covered.right - 6,
    camera.height - covered.bottom - 6];
  const inView = (x, y, r) => x + r > box[0] && y + r > box[1] && x - r < box[2] && y - r < box[3];
  const items = [];
  const obstacles = [];
  for (const { x, y, r, names, count } of scene.bubbles) {
    const radius = Math.max(r * camera.zoom, 3);
    const [cx, cy] = [camera.screenX(x), camera.screenY(y)];
    if (!inView(cx, cy, radius)) continue;
    obstacles.push({ x: cx, y: cy, r: radius });
    if (scene.dimmed) continue;
    const inside = radius > 30;
    items.push({
      x: cx, y: cy, worldX: x, worldY: y, r: radius, size: inside && radius < 60 ? 11 : 12,
      bold: true, inside, weight: 1e3 + count,
      lines: inside ? linesInside(names, count, radius) : [names[0]],
    });
  }
  for (const { x, y, r, text, count } of scene.dimmed ? [] : scene.clusters) {
    const [cx, cy] = [camera.screenX(x), camera.screenY(y)];
    if (!inView(cx, cy, r * camera.zoom)) continue;
    items.push({ x: cx, y: cy, worldX: x, worldY: y, r: r * camera.zoom, text, size: 11.5, quiet: true,
      below: true, weight: 16 + count / 1000 });
  }
  for (const i of scene.nodes) {
    const [x, y] = [camera.screenX(graph.x[i]), camera.screenY(graph.y[i])];
    const r = pixels(graph.radius[i], camera.zoom);
    if (!inView(x, y, r)) continue;
    obstacles.push({ x, y, r });
    if (scene.dimmed && !scene.focus[i]) continue;
    const wanted = must.has(i);
    const paper = graph.kind[i] === graph.paper;
    if (!wanted && !scene.dimmed && r < 3.4) continue;
    items.push({
      x, y, worldX: graph.x[i], worldY: graph.y[i], r, node: i, text: labelOf(graph, i),
      size: paper || wanted ? 13 : 12,
      bold: wanted || (paper && graph.degree[i] > 4), must: wanted,
      weight: (wanted ? 1e6 : 0) + graph.radius[i] * (paper ? 1.25 : 1)
        + (scene.dimmed ? 40 / scene.focus[i] : 0),
    });
  }
  items.sort((a, b) => b.weight - a.weight || (a.node ?? 0) - (b.node ?? 0));
  const most = Math.max(12, Math.round((box[2] - box[0]) * (box[3] - box[1]) / 9500));
  items.length = Math.min(items.length, most * 6);
  return placeLabels(items, obstacles, box, most, widthOf(context, theme));
}

// What stands in a disc: the names that find room, and how many nodes it holds.
function linesInside(names, count, radius) {
  const room = Math.floor(1.6 * radius / 6.5);
  const lines = names.slice(0, radius > 46 ? 2 : 1).flatMap((name) => {
    const rows = [""];
    for (const word of name.split(" ")) {
      const row = rows[rows.length - 1];
      if (!row || row.length + word.length < room) rows[rows.length - 1] = row ? `${row} ${word}` : word;
      else rows.push(word);
    }
    const most = radius > 60 ? 3 : 2;
    if (rows.length > most) rows[most - 1] += "…";
    return rows.slice(0, most).map((row) => (row.length > room ? `${row.slice(0, room - 1)}…` : row));
  });
  return [...lines, number(count)];
}

// Draws labels where their node or disc is in this view.
export function drawLabels(context, labels, camera, theme) {
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const { item, lines, dx, dy, width } of labels) {
    const [x, y] = [camera.screenX(item.worldX), camera.screenY(item.worldY)];
    context.font = fontOf(theme, item.size, item.bold);
    const centred = item.inside || (dx < 0 && dx + width > 0);
    context.textAlign = centred ? "center" : dx < 0 ? "right" : "left";
    const at = centred ? x + dx + width / 2 : dx < 0 ? x + dx + width : x + dx;
    lines.forEach((line, k) => {
      const baseline = y + dy + (k + 0.5) * lineHeight(item.size);
      context.lineWidth = 3.5;
      context.strokeStyle = theme.ground;
      context.globalAlpha = item.inside ? 0 : 0.85;
      if (!item.inside) context.strokeText(line, at, baseline);
      context.globalAlpha = 1;
      context.fillStyle = item.quiet ? theme.quiet : theme.ink;
      context.fillText(line, at, baseline);
    });
  }
}
