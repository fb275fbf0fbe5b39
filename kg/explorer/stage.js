// The canvas: draws when something changed, keeps pace while it moves, and tells what is touched.
//
// A small scene is drawn anew in each frame of a movement. A large one is drawn once into a bitmap;
// the bitmap moves with the pointer, and the scene is drawn again, in slices, after a rest.

import { Camera, pixels } from "./camera.js";
import { bendOf, chooseLabels, corner, drawLabels, drawScene, isFine, fontOf } from "./draw.js";
import { number, wantsStill } from "./dom.js";
import { labelOf } from "./graph.js";
import { traceShape } from "./looks.js";

const REST = 150; // milliseconds without movement before the picture is drawn anew
const SLICE = 9; // milliseconds of drawing in one frame
const LARGE = 2600; // nodes and edges that are still drawn in each frame
const GLIDE = 320; // milliseconds that the view takes to another place

export class Stage {
  constructor(canvas, graph) {
    this.canvas = canvas;
    this.graph = graph;
    this.camera = new Camera();
    this.context = canvas.getContext("2d", { alpha: false });
    this.back = document.createElement("canvas"); // the last complete picture, without labels
    this.far = document.createElement("canvas"); // the whole scene, for the parts not in `back`
    this.scene = null;
    this.labels = [];
    this.must = new Set();
    this.hover = -1;
    this.hoverBubble = -1;
    this.pictures = 0;
    this.onchoose = () => {};
    this.onmove = () => {};
    this.listen();
  }

  // ---------------------------------------------------------------- what is shown

  show(scene, theme, colour, must) {
    this.scene = scene;
    this.theme = theme;
    this.colour = colour;
    this.must = must;
    this.hover = this.hoverBubble = -1;
    this.farView = null;
    this.redraw();
  }

  // Takes the size of the page's canvas; whether that is another one than before.
  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (width === this.camera.width && height === this.camera.height && ratio === this.ratio) {
      return false;
    }
    this.ratio = ratio;
    this.camera.width = width;
    this.camera.height = height;
    for (const canvas of [this.canvas, this.back]) {
      canvas.width = Math.max(1, Math.round(width * this.ratio));
      canvas.height = Math.max(1, Math.round(height * this.ratio));
    }
    this.farView = null;
    return true;
  }

  get isLarge() { return this.scene.size > LARGE; }

  // Draws the scene completely: at once where it is small, else in slices.
  redraw() {
    this.cancelJob();
    clearTimeout(this.resting);
    this.moving = false;
    const { graph, scene, camera, theme, colour, ratio } = this;
    const view = camera.view();
    const target = this.back.getContext("2d", { alpha: false });
    const job = drawScene(target, graph, scene, camera, theme, colour, ratio);
    const finish = () => {
      this.backView = view;
      this.labels = chooseLabels(this.context, graph, scene, camera, theme, this.must);
      this.present();
      this.pictures++;
      if (this.isLarge && !(this.farView?.zoom < view.zoom)) this.keepFar(view);
      this.onmove();
    };
    if (!this.isLarge || !this.pictures) {
      while (!job.next().done);
      finish();
      return;
    }
    const step = () => {
      const end = performance.now() + SLICE;
      while (performance.now() < end) {
        if (job.next().done) {
          this.job = 0;
          finish();
          return;
        }
      }
      this.job = requestAnimationFrame(step);
    };
    this.job = requestAnimationFrame(step);
  }

  cancelJob() {
    if (this.job) cancelAnimationFrame(this.job);
    this.job = 0;
  }

  // Keeps the picture of a large scene that shows most of it.
  keepFar(view) {
    this.far.width = this.back.width;
    this.far.height = this.back.height;
    this.far.getContext("2d", { alpha: false }).drawImage(this.back, 0, 0);
    this.farView = view;
  }

  // Puts the complete picture, the labels and the hovered node on the screen.
  present() {
    const { context, ratio, camera, theme } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.drawImage(this.back, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawLabels(context, this.labels, camera, theme);
    this.drawMarked();
  }

  // One frame of a movement.
  frame() {
    this.framing = 0;
    if (!this.scene || !this.moving) return;
    const { context, ratio, camera, theme } = this;
    if (this.isLarge) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.globalAlpha = 1;
      context.fillStyle = theme.ground;
      context.fillRect(0, 0, camera.width, camera.height);
      this.blit(this.far, this.farView);
      this.blit(this.back, this.backView);
    } else {
      const job = drawScene(context, this.graph, this.scene, camera, theme, this.colour, ratio);
      while (!job.next().done);
    }
    drawLabels(context, this.labels, camera, theme);
    this.drawMarked();
    this.onmove();
  }

  // Draws a picture that was taken in another view where it belongs in this one.
  blit(picture, view) {
    if (!view) return;
    const { context, camera } = this;
    const by = camera.zoom / view.zoom;
    context.drawImage(picture, camera.left - view.left * by, camera.top - view.top * by,
      camera.width * by, camera.height * by);
  }

  drawMarked() {
    const { context, graph, camera, theme } = this;
    const ring = (i, width) => {
      const r = pixels(graph.radius[i], camera.zoom) + 3.5;
      context.beginPath();
      traceShape(context, graph.kinds[graph.kind[i]].shape, camera.screenX(graph.x[i]),
        camera.screenY(graph.y[i]), r);
      context.lineWidth = width;
      context.strokeStyle = theme.accent;
      context.stroke();
    };
    context.lineJoin = "round";
    for (const i of this.must) if (this.scene.shown[i]) ring(i, 2.5);
    const bubble = this.scene.bubbles.find(({ c }) => c === this.hoverBubble);
    if (bubble) {
      const r = Math.max(bubble.r * camera.zoom, 3);
      const [x, y] = [camera.screenX(bubble.x), camera.screenY(bubble.y)];
      context.beginPath();
      context.arc(x, y, r + 2, 0, 7);
      context.lineWidth = 2;
      context.strokeStyle = theme.accent;
      context.stroke();
      this.drawTip(`${bubble.names.join(" · ")} (${number(bubble.count)})`, x, y, r + 7);
    }
    const i = this.hover;
    if (i < 0 || !this.scene.shown[i]) return;
    if (!this.scene.dimmed) this.drawEdgesOf(i);
    ring(i, 2);
    if (this.labels.some(({ item }) => item.node === i)) return;
    this.drawTip(labelOf(graph, i), camera.screenX(graph.x[i]), camera.screenY(graph.y[i]),
      pixels(graph.radius[i], camera.zoom) + 7);
  }

  drawEdgesOf(i) {
    const { context, graph, camera, scene, theme } = this;
    const bent = isFine(scene);
    context.beginPath();
    for (let k = graph.start[i]; k < graph.start[i + 1]; k++) {
      const e = graph.edges[k];
      const [a, b] = [graph.s[e], graph.o[e]];
      if (!scene.edge[e] || !scene.shown[a] || !scene.shown[b]) continue;
      const [ax, ay] = [camera.screenX(graph.x[a]), camera.screenY(graph.y[a])];
      const [bx, by] = [camera.screenX(graph.x[b]), camera.screenY(graph.y[b])];
      context.moveTo(ax, ay);
      if (bent) context.quadraticCurveTo(...corner(ax, ay, bx, by, bendOf(graph, e)), bx, by);
      else context.lineTo(bx, by);
    }
    context.lineWidth = 1.4;
    context.strokeStyle = theme.accent;
    context.globalAlpha = 0.8;
    context.stroke();
    context.globalAlpha = 1;
  }

  // A label on a ground of its own beside (x, y).
  drawTip(text, x, y, gap) {
    const { context, camera, theme } = this;
    context.font = fontOf(theme, 13, true);
    const width = context.measureText(text).width;
    const left = Math.max(6, Math.min(x + gap, camera.width - width - 10));
    context.globalAlpha = 0.94;
    context.fillStyle = theme.ground;
    context.fillRect(left - 4, y - 11, width + 8, 22);
    context.globalAlpha = 1;
    context.fillStyle = theme.ink;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(text, left, y);
  }

  // ---------------------------------------------------------------- moving the view

  move(view) {
    this.camera.set(view);
    this.cancelJob();
    this.moving = true;
    if (!this.framing) this.framing = requestAnimationFrame(() => this.frame());
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.redraw(), REST);
  }

  // Goes to another view, gliding unless the reader asked for less motion.
  glide(view) {
    cancelAnimationFrame(this.gliding);
    if (wantsStill() || !this.pictures) {
      this.camera.set(view);
      this.redraw();
      return;
    }
    const from = this.camera.view();
    const start = performance.now();
    const [middleX, middleY] = this.camera.middle;
    const at = ({ zoom, left, top }) => [(middleX - left) / zoom, (middleY - top) / zoom];
    const [[x0, y0], [x1, y1]] = [at(from), at(view)];
    const step = (now) => {
      const t = Math.min(1, (now - start) / GLIDE);
      const s = t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2;
      if (t >= 1) {
        this.camera.set(view);
        this.redraw();
        return;
      }
      const zoom = from.zoom * (view.zoom / from.zoom) ** s;
      this.move(this.camera.centred(x0 + (x1 - x0) * s, y0 + (y1 - y0) * s, zoom));
      this.gliding = requestAnimationFrame(step);
    };
    this.gliding = requestAnimationFrame(step);
  }

  fit(box, closest) { this.glide(this.camera.fitted(box, 24, closest)); }

  zoomBy(factor) {
    this.glide(this.camera.zoomed(factor, ...this.camera.middle));
  }

  panBy(x, y) {
    const view = this.camera.view();
    this.move({ ...view, left: view.left + x, top: view.top + y });
  }

  // ---------------------------------------------------------------- what is under a point

  // {node} or {bubble} or {edge} at a place on the screen, or null.
  at(x, y, slack) {
    const { graph, camera, scene } = this;
    if (!scene) return null;
    let best = null;
    let least = Infinity;
    for (const i of scene.nodes) {
      const far = Math.hypot(camera.screenX(graph.x[i]) - x, camera.screenY(graph.y[i]) - y)
        - pixels(graph.radius[i], camera.zoom);
      // A dimmed node is chosen only where no other is.
      const price = far + (scene.dimmed && !scene.focus[i] ? slack / 2 : 0);
      if (far < slack && price < least) {
        least = price;
        best = { node: i };
      }
    }
    if (best) return best;
    for (const bubble of scene.bubbles) {
      const far = Math.hypot(camera.screenX(bubble.x) - x, camera.screenY(bubble.y) - y);
      if (far < Math.max(bubble.r * camera.zoom, 8)) best = { bubble: bubble.c };
    }
    return best ?? this.edgeAt(x, y, slack);
  }

  edgeAt(x, y, slack) {
    const { graph, camera, scene } = this;
    let best = null;
    let least = slack;
    const bent = isFine(scene);
    const groups = scene.dimmed ? [scene.litEdges] : [scene.litEdges, scene.dimEdges];
    for (const e of groups.flat(2)) {
      const [a, b] = [graph.s[e], graph.o[e]];
      const [ax, ay] = [camera.screenX(graph.x[a]), camera.screenY(graph.y[a])];
      const [bx, by] = [camera.screenX(graph.x[b]), camera.screenY(graph.y[b])];
      const reach = slack + (bent ? 0.3 * Math.hypot(bx - ax, by - ay) : 0);
      if (x < Math.min(ax, bx) - reach || x > Math.max(ax, bx) + reach
        || y < Math.min(ay, by) - reach || y > Math.max(ay, by) + reach) continue;
      const far = bent ? curveDistance(x, y, ax, ay, ...corner(ax, ay, bx, by, bendOf(graph, e)),
        bx, by) : lineDistance(x, y, ax, ay, bx, by);
      if (far < least) {
        least = far;
        best = { edge: e };
      }
    }
    return best;
  }

  // ---------------------------------------------------------------- pointer and wheel

  listen() {
    const { canvas } = this;
    const pointers = new Map();
    let travelled = 0;
    let pinch = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const spread = () => {
      const [[ax, ay], [bx, by]] = [...pointers.values()];
      return { far: Math.hypot(ax - bx, ay - by) || 1, x: (ax + bx) / 2, y: (ay + by) / 2 };
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button > 0) return;
      cancelAnimationFrame(this.gliding);
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, place(event));
      if (pointers.size === 1) travelled = 0;
      else if (pointers.size === 2) pinch = spread();
    });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = place(event);
      const before = pointers.get(event.pointerId);
      if (!before) {
        if (event.pointerType !== "touch") this.hoverAt(x, y);
        return;
      }
      pointers.set(event.pointerId, [x, y]);
      const [dx, dy] = [x - before[0], y - before[1]];
      travelled += Math.abs(dx) + Math.abs(dy);
      if (pointers.size === 2 && pinch) {
        const now = spread();
        const view = this.camera.zoomed(now.far / pinch.far, pinch.x, pinch.y);
        this.move({ zoom: view.zoom, left: view.left + now.x - pinch.x,
          top: view.top + now.y - pinch.y });
        pinch = now;
      } else if (travelled > 4) this.panBy(dx, dy);
    });
    const lift = (event) => {
      const was = pointers.delete(event.pointerId);
      pinch = null;
      if (!was || event.type === "pointercancel" || pointers.size || travelled > 4) {
        if (pointers.size) travelled = Infinity; // the rest of a pinch is no click
        return;
      }
      const [x, y] = place(event);
      this.onchoose(this.at(x, y, event.pointerType === "touch" ? 16 : 7));
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    canvas.addEventListener("pointerleave", () => this.setHover(-1));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      cancelAnimationFrame(this.gliding);
      const lines = event.deltaMode === 1 ? 18 : 1;
      const factor = Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * 0.0018);
      this.move(this.camera.zoomed(factor, ...place(event)));
    }, { passive: false });
  }

  hoverAt(x, y) {
    if (!this.scene || this.moving) return;
    const found = this.scene.size > 20000 ? null : this.at(x, y, 5);
    this.canvas.classList.toggle("over", Boolean(found));
    this.setHover(found?.node ?? -1, found?.bubble ?? -1);
  }

  setHover(node, bubble = -1) {
    if (node === this.hover && bubble === this.hoverBubble) return;
    this.hover = node;
    this.hoverBubble = bubble;
    if (this.scene && !this.moving) this.present();
  }
}

function lineDistance(x, y, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(ax + t * dx - x, ay + t * dy - y);
}

function curveDistance(x, y, ax, ay, cx, cy, bx, by) {
  let least = Infinity;
  let [px, py] = [ax, ay];
  for (let k = 1; k <= 12; k++) {
    const t = k / 12;
    const u = 1 - t;
    const qx = u * u * ax + 2 * u * t * cx + t * t * bx;
    const qy = u * u * ay + 2 * u * t * cy + t * t * by;
    least = Math.min(least, lineDistance(x, y, px, py, qx, qy));
    [px, py] = [qx, qy];
  }
  return least;
}
