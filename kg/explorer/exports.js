// Taking the view along: pictures, a table of triples, Turtle.

import { pixels } from "./camera.js";
import { bendOf, colourOf, corner, drawLabels, drawScene, isFine } from "./draw.js";
import { announce, element } from "./dom.js";
import { labelOf, linkOf, nameOf } from "./graph.js";
import { lineHeight } from "./labels.js";
import { lineOf, shapePath } from "./looks.js";

// ------------------------------------------------------------------------------- text

// A cell that a spreadsheet takes as text and never as a formula.
const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

export function csv(rows) {
  const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map((text) => cell(harmless(String(text)))).join(",") + "\r\n").join("");
}

export function tsv(rows) {
  return rows.map((row) => row.map((text) => harmless(text.replace(/\s+/g, " "))).join("\t") + "\n")
    .join("");
}

const HEAD = ["subject", "subject_kind", "subject_label", "relation", "object", "object_kind",
  "object_label", "confidence", "source", "line", "rule", "sentence"];

// One row a place that says so.
export function csvOfEdges(graph, sentences, edges) {
  const all = sentences();
  const end = (i) => [graph.base + graph.id[i], graph.kinds[graph.kind[i]].name, nameOf(graph, i)];
  const rows = [HEAD];
  for (const e of edges) {
    for (let v = graph.first[e]; v < graph.first[e + 1]; v++) {
      rows.push([...end(graph.s[e]), graph.relations[graph.r[e]].name, ...end(graph.o[e]),
        (graph.confidence[e] / 1000).toFixed(3), graph.sources[graph.source[v]]?.path ?? "",
        all.line(v), all.rule(v), all.text(v)]);
    }
  }
  return csv(rows);
}

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

// What RFC 3987 does not let stand in the path of an IRI.
const BAD_IN_IRI = /[^\w\-.~:/?#@!$&'()*+,;=%\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\u{10000}-\u{1fffd}]/gu;

const iri = (text) => `<${text.replace(LONE, "\ufffd").replace(BAD_IN_IRI, encodeURIComponent)}>`;

const ESCAPES = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const literal = (text) => `"${text.replace(/[\\"\n\r\t]/g, (c) => ESCAPES[c])
  .replace(/[\u0000-\u001f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
  .replace(LONE, "\ufffd")}"`;

// Nodes with their kinds and labels, and the triples between them.
export function turtle(graph, nodes, edges) {
  const mentioned = [...new Set([...nodes, ...edges.flatMap((e) => [graph.s[e], graph.o[e]])])]
    .sort((a, b) => a - b);
  const lines = [
    `@prefix kg: <${graph.vocabulary}> .`,
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
    "@prefix schema: <https://schema.org/> .",
    "",
  ];
  const node = (i) => iri(graph.base + graph.id[i]);
  for (const i of mentioned) {
    const about = [`a kg:${graph.kinds[graph.kind[i]].name}`,
      `skos:prefLabel ${literal(nameOf(graph, i))}`];
    for (const alias of graph.aliases[i] ?? []) about.push(`skos:altLabel ${literal(alias)}`);
    if (graph.year[i]) about.push(`kg:year ${graph.year[i]}`);
    const link = linkOf(graph, i);
    if (link) about.push(`${graph.arxiv[i] ? "schema:sameAs" : "schema:url"} ${iri(link)}`);
    lines.push(`${node(i)} ${about.join(" ;\n    ")} .`);
  }
  lines.push("");
  for (const e of edges) {
    lines.push(`${node(graph.s[e])} kg:${graph.relations[graph.r[e]].name} ${node(graph.o[e])} .`);
  }
  return lines.join("\n") + "\n";
}

// ---------------------------------------------------------------------------- pictures

export function pngOf(stage, done) {
  const { graph, scene, camera, theme, colour, labels } = stage;
  const canvas = document.createElement("canvas");
  const ratio = 2;
  canvas.width = camera.width * ratio;
  canvas.height = camera.height * ratio;
  const context = canvas.getContext("2d", { alpha: false });
  const job = drawScene(context, graph, scene, camera, theme, colour, ratio);
  while (!job.next().done);
  drawLabels(context, labels, camera, theme);
  canvas.toBlob(done, "image/png");
}

const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
  // Characters that XML cannot hold.
  .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
  .replace(LONE, "\ufffd");

export function svgOf(stage, state) {
  const { graph, scene, camera, theme, labels } = stage;
  const colour = colourOf(graph, state);
  const [width, height] = [Math.round(camera.width), Math.round(camera.height)];
  const at = (v) => v.toFixed(1);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" `
    + `height="${height}" font-family="${escaped(theme.font)}">`,
    `<title>${escaped(graph.title)}</title>`,
    `<rect width="100%" height="100%" fill="${theme.ground}"/>`,
  ];
  const { x, y } = graph.communities;
  const most = scene.links.reduce((top, [, , count]) => Math.max(top, count), 1);
  for (const [a, b, count] of scene.links) {
    parts.push(`<path d="M${at(camera.screenX(x[a]))} ${at(camera.screenY(y[a]))}L`
      + `${at(camera.screenX(x[b]))} ${at(camera.screenY(y[b]))}" stroke="${theme.quiet}" `
      + `stroke-width="${at(0.6 + 5 * Math.sqrt(count / most))}" opacity="0.2"/>`);
  }
  for (const bubble of scene.bubbles) {
    parts.push(`<circle cx="${at(camera.screenX(bubble.x))}" cy="${at(camera.screenY(bubble.y))}" `
      + `r="${at(Math.max(bubble.r * camera.zoom, 3))}" fill="${theme.bubble}" `
      + `stroke="${theme.quiet}"/>`);
  }
  const bent = isFine(scene);
  const scale = Math.max(0.55, Math.min(1.5, camera.zoom ** 0.5));
  for (const [groups, alpha] of [[scene.dimEdges, 0.1], [scene.litEdges, scene.dimmed ? 0.95 : 0.5]]) {
    groups.forEach((edges, relation) => {
      if (!edges.length) return;
      const line = lineOf(graph.relations[relation]);
      const d = edges.map((e) => {
        const [a, b] = [graph.s[e], graph.o[e]];
        const [ax, ay, bx, by] = [camera.screenX(graph.x[a]), camera.screenY(graph.y[a]),
          camera.screenX(graph.x[b]), camera.screenY(graph.y[b])];
        const [cx, cy] = corner(ax, ay, bx, by, bendOf(graph, e));
        return `M${at(ax)} ${at(ay)}${bent ? `Q${at(cx)} ${at(cy)} ` : "L"}${at(bx)} ${at(by)}`;
      }).join("");
      parts.push(`<path d="${d}" fill="none" stroke="${theme.family[line.family]}" `
        + `stroke-width="${at(line.width * scale)}" opacity="${alpha}" `
        + `stroke-dasharray="${line.dashes.join(" ") || "none"}"/>`);
    });
  }
  for (const [nodes, alpha] of [[scene.dim, 0.13], [scene.lit, 1]]) {
    for (const i of nodes) {
      parts.push(`<path d="${shapePath(graph.kinds[graph.kind[i]].shape, camera.screenX(graph.x[i]),
        camera.screenY(graph.y[i]), pixels(graph.radius[i], camera.zoom))}" fill="${colour(i)}" `
        + `stroke="${escaped(theme.outline)}" opacity="${alpha}"><title>${escaped(labelOf(graph, i))}`
        + "</title></path>");
    }
  }
  for (const { item, lines, dx, dy, width: wide } of labels) {
    const [px, py] = [camera.screenX(item.worldX), camera.screenY(item.worldY)];
    lines.forEach((line, k) => {
      parts.push(`<text x="${at(px + dx + wide / 2)}" `
        + `y="${at(py + dy + (k + 0.5) * lineHeight(item.size))}" font-size="${item.size}" `
        + `text-anchor="middle" dominant-baseline="central" fill="${item.quiet ? theme.quiet : theme.ink}" `
        + `${item.bold ? 'font-weight="600" ' : ""}stroke="${theme.ground}" stroke-width="3" `
        + `paint-order="stroke">${escaped(line)}</text>`);
    });
  }
  return parts.join("\n") + "\n</svg>\n";
}

// --------------------------------------------------------------------- out of the page

export function download(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// Puts text on the clipboard; where the page may not, selects it in a dialog for the reader.
export async function copyText(text, said, dialog) {
  try {
    await navigator.clipboard.writeText(text);
    announce(said);
    return true;
  } catch (error) {
    // No leave to use the clipboard in this frame, or no clipboard at all.
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    const area = dialog.querySelector("textarea");
    area.value = text;
    dialog.showModal();
    area.select();
    return false;
  }
}
