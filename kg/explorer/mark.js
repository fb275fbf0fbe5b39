// Small pictures of kinds and relations for legends and lists.

import { svgElement } from "./dom.js";
import { lineOf, shapePath } from "./looks.js";

export function kindMark(graph, kind, colour = graph.kinds[kind].colour) {
  return svgElement(
    "svg", { class: "mark-kind", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
    svgElement("path", { d: shapePath(graph.kinds[kind].shape, 8, 8, 5), fill: colour }),
  );
}

export function relationMark(relation) {
  const { width, dashes, family } = lineOf(relation);
  return svgElement(
    "svg", { class: "mark-relation", viewBox: "0 0 28 10", width: 28, height: 10,
      "aria-hidden": "true" },
    svgElement("path", { d: "M1 5H27", class: `family-${family}`, "stroke-width": width + 0.3,
      "stroke-dasharray": dashes.join(" ") || null }),
  );
}
