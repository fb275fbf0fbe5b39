// Between the plane of the layout and the pixels of the stage: screen = world * zoom + shift.

const CLOSEST = 8;
const FARTHEST = 0.002;

export class Camera {
  constructor() {
    this.zoom = 1;
    this.left = 0;
    this.top = 0;
    this.width = 1;
    this.height = 1;
    // Pixels at the edges that panels cover.
    this.covered = { left: 0, right: 0, top: 0, bottom: 0 };
  }

  screenX(x) { return x * this.zoom + this.left; }

  screenY(y) { return y * this.zoom + this.top; }

  worldX(x) { return (x - this.left) / this.zoom; }

  worldY(y) { return (y - this.top) / this.zoom; }

  get middle() {
    const { left, right, top, bottom } = this.covered;
    return [(left + this.width - right) / 2, (top + this.height - bottom) / 2];
  }

  view() { return { zoom: this.zoom, left: this.left, top: this.top }; }

  set({ zoom, left, top }) {
    this.zoom = zoom;
    this.left = left;
    this.top = top;
  }

  // The view that has the world's point (x, y) in the middle.
  centred(x, y, zoom) {
    const [middleX, middleY] = this.middle;
    return { zoom, left: middleX - x * zoom, top: middleY - y * zoom };
  }

  // The view that shows the box [x0, y0, x1, y1] with a margin, not closer than `closest`.
  fitted([x0, y0, x1, y1], margin = 40, closest = 1.6) {
    const { left, right, top, bottom } = this.covered;
    const room = [this.width - left - right - 2 * margin, this.height - top - bottom - 2 * margin];
    const zoom = Math.max(FARTHEST, Math.min(
      Math.max(room[0], 60) / Math.max(x1 - x0, 1),
      Math.max(room[1], 60) / Math.max(y1 - y0, 1),
      closest,
    ));
    return this.centred((x0 + x1) / 2, (y0 + y1) / 2, zoom);
  }

  // The view after zooming by `factor` around the screen's point (x, y).
  zoomed(factor, x, y) {
    const zoom = Math.max(FARTHEST, Math.min(CLOSEST, this.zoom * factor));
    const by = zoom / this.zoom;
    return { zoom, left: x - (x - this.left) * by, top: y - (y - this.top) * by };
  }
}

// How large a node is on the screen: as the layout has it, but never too small to see or hit,
// and growing more slowly than the distances when the reader comes near.
export function pixels(radius, zoom) {
  return Math.max(zoom <= 1 ? radius * zoom : radius * zoom ** 0.6, 2.2);
}
