// Which labels stand where: the most important first, none over another, none beyond the edge.

const CELL = 6;
const LINE = 1.22;

// A wrapped label: at most two lines of about 22 characters.
export function wrapped(text) {
  if (text.length <= 24) return [text];
  const words = text.split(" ");
  const lines = [""];
  for (const word of words) {
    const line = lines[lines.length - 1];
    if (!line) lines[lines.length - 1] = word;
    else if (line.length + word.length < 24) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  if (lines.length > 2) {
    lines.length = 2;
    lines[1] = `${lines[1].replace(/( (a|an|and|by|for|from|in|of|on|the|to|via|with)|[…,;:.])+$/i, "")}…`;
  }
  return lines.map((line) => (line.length > 30 ? `${line.slice(0, 28)}…` : line));
}

// items: {x, y, r (pixels), text, size, bold, and perhaps must, inside or below} in order of
// importance. obstacles: {x, y, r}.
// Returns [{item, lines, dx, dy, width, height}]: the box's top left corner, from the item's centre.
// box: the free part of the stage, [left, top, right, bottom]; most: how many labels at most.
export function placeLabels(items, obstacles, box, most, widthOf) {
  const [left, top, right, bottom] = box;
  const columns = Math.ceil((right - left) / CELL) + 1;
  const rows = Math.ceil((bottom - top) / CELL) + 1;
  const taken = new Uint8Array(Math.max(columns * rows, 0)); // 1: a node, 2: a label
  const cells = (x0, y0, x1, y1) => [
    Math.max(0, Math.floor((x0 - left) / CELL)), Math.max(0, Math.floor((y0 - top) / CELL)),
    Math.min(columns - 1, Math.floor((x1 - left) / CELL)),
    Math.min(rows - 1, Math.floor((y1 - top) / CELL)),
  ];
  const fill = (x0, y0, x1, y1, value) => {
    const [a, b, c, d] = cells(x0, y0, x1, y1);
    for (let row = b; row <= d; row++) {
      for (let column = a; column <= c; column++) taken[row * columns + column] |= value;
    }
  };
  // The share of a box that lies over nodes, or more than 1 where a label is in the way.
  const cost = (x0, y0, x1, y1) => {
    const [a, b, c, d] = cells(x0, y0, x1, y1);
    let nodes = 0;
    for (let row = b; row <= d; row++) {
      for (let column = a; column <= c; column++) {
        const value = taken[row * columns + column];
        if (value & 2) return 2;
        nodes += value;
      }
    }
    return nodes / Math.max((c - a + 1) * (d - b + 1), 1);
  };
  for (const { x, y, r } of obstacles) {
    const half = r * 0.8;
    if (x + half > left && x - half < right && y + half > top && y - half < bottom) {
      fill(x - half, y - half, x + half, y + half, 1);
    }
  }
  const placed = [];
  for (const item of items) {
    if (placed.length >= most && !item.must) break;
    const lines = item.lines ?? wrapped(item.text);
    const width = Math.max(...lines.map((line) => widthOf(line, item.size, item.bold)));
    const height = lines.length * item.size * LINE;
    const gap = item.r + 4;
    const [under, over] = [[-width / 2, gap - 1], [-width / 2, -gap - height + 1]];
    const beside = [[gap, -height / 2], [-gap - width, -height / 2]];
    const sides = item.inside ? [[-width / 2, -height / 2]]
      : item.below ? [under, over] : [...beside, under, over];
    let best = null;
    let least = item.must ? 1.5 : 0.3;
    for (const [dx, dy] of sides) {
      const [x0, y0] = [item.x + dx, item.y + dy];
      if (x0 < left || y0 < top || x0 + width > right || y0 + height > bottom) continue;
      const price = item.inside ? 0 : cost(x0 - 2, y0, x0 + width + 2, y0 + height);
      if (price < least) {
        least = price;
        best = [dx, dy];
        if (price === 0) break;
      }
    }
    if (!best) continue;
    const [dx, dy] = best;
    fill(item.x + dx - 2, item.y + dy, item.x + dx + width + 2, item.y + dy + height, 2);
    placed.push({ item, lines, dx, dy, width, height });
  }
  return placed;
}

export const lineHeight = (size) => size * LINE;
