// Colours, shapes and line styles, for the canvas, the legend and the SVG export.

const CORNERS = {
  square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  triangle: [[0, -1.25], [1.15, 0.85], [-1.15, 0.85]],
  triangleDown: [[0, 1.25], [1.15, -0.85], [-1.15, -0.85]],
  diamond: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  hexagon: [0, 1, 2, 3, 4, 5].map((i) => [Math.cos(i * Math.PI / 3) * 1.05,
    Math.sin(i * Math.PI / 3) * 1.05]),
  star: Array.from({ length: 10 }, (_, i) => {
    const far = i % 2 ? 0.62 : 1.4;
    return [Math.sin(i * Math.PI / 5) * far, -Math.cos(i * Math.PI / 5) * far];
  }),
};

// Adds a shape to the context's path.
export function traceShape(context, shape, x, y, r) {
  const corners = CORNERS[shape];
  if (!corners) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  for (let i = 0; i < corners.length; i++) {
    const [a, b] = corners[i];
    if (i) context.lineTo(x + a * r, y + b * r);
    else context.moveTo(x + a * r, y + b * r);
  }
  context.closePath();
}

// The same shape as SVG path data.
export function shapePath(shape, x, y, r) {
  const at = (a, b) => `${(x + a * r).toFixed(1)} ${(y + b * r).toFixed(1)}`;
  const corners = CORNERS[shape];
  if (corners) return `M${corners.map(([a, b]) => at(a, b)).join("L")}Z`;
  const arc = `A${r.toFixed(1)} ${r.toFixed(1)} 0 1 0 `;
  return `M${at(-1, 0)}${arc}${at(1, 0)}${arc}${at(-1, 0)}Z`;
}

// Width and dashes of each relation; its colour comes from its family.
const LINES = {
  proposes: [2, []],
  extends: [2.2, []],
  buildsOn: [1.3, []],
  comparesWith: [1.3, [7, 4]],
  cites: [1.3, [2, 4]],
  usesMethod: [1.1, []],
  usesLoss: [1.1, [10, 4]],
  usesDataset: [1.1, [10, 3, 2, 3]],
  addressesTask: [1.1, [5, 4]],
  usesMetric: [1.1, [3, 3]],
  discusses: [1, [1.5, 4]],
  partOf: [1.3, []],
  variantOf: [1.3, [7, 4]],
  usedFor: [1.3, [2, 4]],
};

export function lineOf(relation) {
  const [width, dashes] = LINES[relation.name] ?? [1, []];
  return { width, dashes, family: relation.family };
}

export const FAMILIES = ["contribution", "prior", "use", "topic", "structure"];

// What the style sheet says for the theme in force.
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    ground: value("--ground"),
    ink: value("--ink"),
    quiet: value("--quiet"),
    outline: value("--outline"),
    bubble: value("--bubble"),
    accent: value("--accent"),
    font: value("--font"),
    family: Object.fromEntries(FAMILIES.map((name) => [name, value(`--edge-${name}`)])),
  };
}

const TOPIC_COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"];

export const NO_TOPIC = "#8a94a3";

// A colour for each of the topmost topics, those of most papers first; the others share one.
export function topicColours(graph, roots) {
  const papers = new Map();
  roots.forEach((topic, i) => {
    if (topic >= 0 && graph.kind[i] === graph.paper) papers.set(topic, (papers.get(topic) ?? 0) + 1);
  });
  const ranked = [...papers].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return new Map(ranked.map(([topic], i) => [topic, TOPIC_COLOURS[i] ?? NO_TOPIC]));
}
