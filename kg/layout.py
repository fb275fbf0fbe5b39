"""Where the nodes of a graph lie in the plane: communities first, then forces inside them.

    edges -> communities (Louvain) -> discs that do not overlap -> forces, held inside the discs

Each community owns a disc, so that a picture of discs can open one of them in place. Only numpy
is needed: repulsion is a convolution on a grid (particle-mesh), so 10,000 nodes take seconds.

The same input gives the same numbers. Positions are snapped to a fine fixed grid after every
step, so that differences in the last bit between processors are cut off before they can grow.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kg.model import Paper

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.graph import Graph

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

GAP = 7.0
"""Free space around a node, in the units of the picture (pixels at zoom 1)."""

LARGEST_COMMUNITY = 1200
"""A community with more nodes is divided again."""

IGRAPH_FROM = 5000
"""Smaller graphs are laid out without igraph, so that their files do not depend on it."""

_SNAP = 65536.0
_FAR = 55.0  # repulsion fades beyond this, so that distant communities do not flatten each other
_WIDE = np.array([0.75, 1.5])  # a picture is wider than high, as screens are
_GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))


@dataclass(frozen=True)
class Layout:
    """Positions of n nodes and the communities they belong to.

    positions   (n, 2) floats, one decimal, centred on the origin
    community   (n,) which community a node is in, numbered by size, the largest first
    centres     (k, 2) and `reach` (k,): the disc of each community
    """

    positions: Floats
    community: Ints
    centres: Floats
    reach: Floats


def node_radius(degree: int | Ints) -> Floats:
    """The radius of a node with so many edges, in the units of the picture."""
    return np.minimum(4.0 + 2.3 * np.sqrt(np.asarray(degree, dtype=np.float64)), 26.0)


def layout(graph: Graph, seed: int = 0) -> Layout:
    """Lay out the entities of `graph`, in their order. Papers of one topic are kept together."""
    number = {entity.id: i for i, entity in enumerate(graph.entities)}
    pairs = sorted(
        {
            (min(a, b), max(a, b))
            for assertion in graph.assertions
            for a, b in [(number.get(assertion.subject, -1), number.get(assertion.object, -1))]
            if a >= 0 and b >= 0 and a != b
        }
    )
    topics = {topic.id: i for i, topic in enumerate(graph.topics)}
    groups = [topics.get(e.topic or "", -1) if isinstance(e, Paper) else -1 for e in graph.entities]
    return layout_edges(len(graph.entities), pairs, groups=groups, seed=seed)


def layout_edges(
    n: int,
    edges: Sequence[tuple[int, int]],
    *,
    groups: Sequence[int] | None = None,
    seed: int = 0,
) -> Layout:
    """Lay out `n` nodes joined by `edges` (pairs of numbers below n, no loops, no repeats).

    `groups` gives each node a group, or -1: nodes that nothing joins gather with their group,
    and communities with the same groups lie side by side. `seed` chooses the starting points.
    """
    if n == 0:
        empty = np.zeros((0, 2))
        return Layout(empty, np.zeros(0, dtype=np.int64), empty, np.zeros(0))
    ends = np.asarray(edges, dtype=np.int64).reshape(-1, 2)
    group = np.full(n, -1) if groups is None else np.asarray(groups, dtype=np.int64)
    degree = np.bincount(ends.ravel(), minlength=n)
    radius = node_radius(degree)
    community = communities(n, ends, group)
    reach = _reach(radius, community)
    centres = _pack(community, reach, ends, group, seed)
    positions = _settle(radius, degree, ends, community, centres, reach, seed)
    middle = (positions.min(axis=0) + positions.max(axis=0)) / 2
    return Layout(
        np.round(positions - middle, 1) + 0.0,
        community,
        np.round(centres - middle, 1) + 0.0,
        np.round(reach, 1),
    )


# ------------------------------------------------------------------------- communities


def communities(n: int, ends: Ints, group: Ints) -> Ints:
    """Number the community of each node by size, the largest first.

    Louvain (Blondel et al. 2008, "Fast unfolding of communities in large networks"), divided
    again while larger than LARGEST_COMMUNITY. Nodes in pieces of one or two are put together
    by their group, so that a list of unconnected papers is one community and not hundreds.
    Of more than IGRAPH_FROM nodes igraph finds the communities, where it is installed.
    """
    label = _leiden(n, ends) if n > IGRAPH_FROM else None
    if label is None:
        label = _louvain(n, ends)
    for _ in range(3):
        sizes = np.bincount(label)
        large = np.flatnonzero(sizes > LARGEST_COMMUNITY)
        if not len(large):
            break
        for c in large:
            inside = np.flatnonzero(label == c)
            place = np.full(n, -1)
            place[inside] = np.arange(len(inside))
            kept = ends[(label[ends[:, 0]] == c) & (label[ends[:, 1]] == c)]
            finer = _louvain(len(inside), place[kept])
            label[inside] = np.where(finer == 0, c, label.max() + finer)
    sizes = np.bincount(label)
    small = sizes[label] <= 2
    # The members of a small piece follow the first of them that has a group.
    leader: dict[int, int] = {}
    for i in np.flatnonzero(small).tolist():
        if leader.get(int(label[i]), -1) < 0:
            leader[int(label[i])] = int(group[i])
    base = int(label.max()) + 2
    for i in np.flatnonzero(small).tolist():
        label[i] = base + leader[int(label[i])]
    found, numbered = np.unique(label, return_inverse=True)
    sizes = np.bincount(numbered, minlength=len(found))
    first = np.full(len(found), n)
    np.minimum.at(first, numbered, np.arange(n))
    order = np.lexsort((first, -sizes))
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    return rank[numbered]


def _leiden(n: int, ends: Ints) -> Ints | None:
    """Communities by igraph's Leiden (Traag et al. 2019), or None where igraph is missing."""
    try:
        import igraph
    except ImportError:
        return None
    igraph.set_random_number_generator(random.Random(0))
    try:
        graph = igraph.Graph(n=n, edges=ends.tolist())
        found = graph.community_leiden(objective_function="modularity", n_iterations=4)
    finally:
        igraph.set_random_number_generator(random)
    return np.asarray(found.membership, dtype=np.int64)


def _louvain(n: int, ends: Ints) -> Ints:
    """Communities by modularity; nodes are visited in their order, so nothing is random."""
    label = np.arange(n)
    neighbours: list[dict[int, float]] = [{} for _ in range(n)]
    for a, b in ends.tolist():
        neighbours[a][b] = neighbours[a].get(b, 0.0) + 1.0
        neighbours[b][a] = neighbours[b].get(a, 0.0) + 1.0
    loops = [0.0] * n
    total = 2.0 * len(ends)
    while total:
        moved, member = _local_moves(neighbours, loops, total)
        if not moved:
            break
        names = {c: i for i, c in enumerate(dict.fromkeys(member))}
        member = [names[c] for c in member]
        label = np.asarray(member)[label]
        merged: list[dict[int, float]] = [{} for _ in names]
        merged_loops = [0.0] * len(names)
        for i, row in enumerate(neighbours):
            c = member[i]
            merged_loops[c] += loops[i]
            into = merged[c]
            for j, w in row.items():
                d = member[j]
                if d == c:
                    merged_loops[c] += w
                else:
                    into[d] = into.get(d, 0.0) + w
        neighbours, loops = merged, merged_loops
    return np.asarray(label, dtype=np.int64)


def _local_moves(
    neighbours: list[dict[int, float]], loops: list[float], total: float
) -> tuple[bool, list[int]]:
    """Move single nodes while that raises modularity; `total` is twice the sum of weights."""
    strength = [sum(row.values()) + loop for row, loop in zip(neighbours, loops, strict=True)]
    member = list(range(len(neighbours)))
    inside = strength.copy()
    ever = False
    for _ in range(20):
        moved = 0
        for i, row in enumerate(neighbours):
            if not row:
                continue
            here = member[i]
            s = strength[i] / total
            links: dict[int, float] = {}
            for j, w in row.items():
                c = member[j]
                links[c] = links.get(c, 0.0) + w
            inside[here] -= strength[i]
            best, gain = here, links.get(here, 0.0) - s * inside[here]
            for c, w in links.items():
                candidate = w - s * inside[c]
                if candidate > gain + 1e-12:
                    best, gain = c, candidate
            inside[best] += strength[i]
            if best != here:
                member[i] = best
                moved += 1
        ever = ever or moved > 0
        if moved <= len(neighbours) // 200:
            break
    return ever, member


# ------------------------------------------------------------------------ the discs


def _reach(radius: Floats, community: Ints) -> Floats:
    """How far a community's disc reaches: room for its nodes, their gaps and some labels."""
    area = np.bincount(community, weights=(radius + GAP) ** 2)
    size = np.bincount(community)
    room: Floats = (1.15 + 0.35 * np.minimum(1.0, np.sqrt(60.0 / size))) * np.sqrt(area) + GAP
    return room


def _pack(community: Ints, reach: Floats, ends: Ints, group: Ints, seed: int) -> Floats:
    """Centres of discs: joined communities near each other, no two discs overlapping.

    Forces as in Fruchterman & Reingold (1991), "Graph drawing by force-directed placement".
    """
    k = len(reach)
    joined = np.zeros((k, k))
    a, b = community[ends[:, 0]], community[ends[:, 1]]
    np.add.at(joined, (a, b), 1.0)
    joined += joined.T
    np.fill_diagonal(joined, 0.0)
    size = np.bincount(community, minlength=k).astype(np.float64)
    pull = joined / np.sqrt(np.outer(size, size))
    pull += 0.35 * _shared_groups(community, group, k)
    centres = _sunflower(reach + GAP, seed)
    if k == 1:
        return centres
    length = float(np.sqrt((reach**2).sum() / k))
    heat = length
    for step in range(240):
        dx = centres[:, None, 0] - centres[None, :, 0]
        dy = centres[:, None, 1] - centres[None, :, 1]
        distance = np.sqrt(dx * dx + dy * dy) + 1e-9
        free = np.maximum(distance - reach[:, None] - reach[None, :], 0.05 * length)
        force = length * length / (free * distance) - pull * free / length
        np.fill_diagonal(force, 0.0)
        move = np.stack([(force * dx).sum(axis=1), (force * dy).sum(axis=1)], axis=1)
        move -= 0.12 * centres * _WIDE * (1.0 + 4.0 * step / 240)
        centres = _snap(centres + _limit(move, heat))
        heat = max(heat * 0.985, 0.02 * length)
    for step in range(700):
        dx = centres[:, None, 0] - centres[None, :, 0]
        dy = centres[:, None, 1] - centres[None, :, 1]
        distance = np.sqrt(dx * dx + dy * dy) + 1e-9
        overlap = np.maximum(reach[:, None] + reach[None, :] + 2 * GAP - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if overlap.max() < 0.5:
            break
        push = 0.4 * overlap / distance
        move = np.stack([(push * dx).sum(axis=1), (push * dy).sum(axis=1)], axis=1)
        inward = 0.002 * centres * _WIDE if step < 150 else 0.0
        centres = _snap(centres + move - inward)
    return centres


def _shared_groups(community: Ints, group: Ints, k: int) -> Floats:
    """Cosine between communities of how often each group occurs in them, (k, k)."""
    counts = Counter(
        (c, g) for c, g in zip(community.tolist(), group.tolist(), strict=True) if g >= 0
    )
    profile = np.zeros((k, int(group.max(initial=-1)) + 1))
    for (c, g), count in counts.items():
        profile[c, g] = count
    norm = np.sqrt((profile**2).sum(axis=1, keepdims=True))
    profile = np.divide(profile, norm, out=np.zeros_like(profile), where=norm > 0)
    shared = np.zeros((k, k))
    for column in profile.T:
        rows = np.flatnonzero(column)
        shared[np.ix_(rows, rows)] += np.outer(column[rows], column[rows])
    np.fill_diagonal(shared, 0.0)
    return shared


# ------------------------------------------------------------------ forces in the discs


def _settle(
    radius: Floats,
    degree: Ints,
    ends: Ints,
    community: Ints,
    centres: Floats,
    reach: Floats,
    seed: int,
) -> Floats:
    """Positions of all nodes at once: repulsion, springs along edges, walls around discs.

    The forces are those of Jacomy et al. (2014), "ForceAtlas2": repulsion by degree over
    distance, springs linear in length; edges between communities pull weakly.
    """
    n = len(radius)
    points = np.empty((n, 2))
    order = np.lexsort((np.arange(n), -degree, community))
    starts = np.searchsorted(community[order], np.arange(len(reach)))
    for c, start in enumerate(starts.tolist()):
        stop = int(starts[c + 1]) if c + 1 < len(starts) else n
        members = order[start:stop]
        points[members] = centres[c] + _sunflower(radius[members] + GAP, seed)
    mass = 1.0 + np.minimum(degree, 60)
    a, b = ends[:, 0], ends[:, 1]
    same = community[a] == community[b]
    spring = np.where(same, 1.0, 0.015) / np.sqrt(np.minimum(degree[a], degree[b]) + 1.0)
    home, wall = centres[community], reach[community]
    # A large disc must not be pressed together by what holds a small one together.
    weight = 0.05 * np.sqrt(mass) * np.minimum(1.0, (150.0 / wall) ** 2)
    steps = 160 if n <= 2000 else 110
    heat = 3.0 * GAP
    for step in range(steps):
        force = 16.0 * mass[:, None] * _repulsion(points, mass)
        pull = (points[b] - points[a]) * (0.35 * spring)[:, None]
        for axis in (0, 1):
            force[:, axis] += np.bincount(a, weights=pull[:, axis], minlength=n)
            force[:, axis] -= np.bincount(b, weights=pull[:, axis], minlength=n)
        force -= weight[:, None] * (points - home)
        points += _limit(force / (1.0 + 0.15 * degree)[:, None], heat)
        points = _snap(home + _limit(points - home, wall - radius))
        heat = max(heat * 0.978, 0.6)
        if step >= steps * 2 // 3 and step % 2:
            points = _snap(points + 0.5 * _separation(points, radius + GAP / 2))
    for _ in range(60 if n <= 20000 else 30):
        push = _separation(points, radius + GAP / 2)
        if np.abs(push).max() < 0.25:
            break
        points = _snap(points + 0.55 * push)
    return points


def _repulsion(points: Floats, mass: Floats) -> Floats:
    """For each point the sum over all others of mass * (p - q) / |p - q|^2, fading with distance.

    Mass is spread over the four nearest grid points, convolved with the kernel by FFT, and the
    field is read back with the same weights (Hockney & Eastwood 1981, "Computer simulation
    using particles"), so that no point pushes itself.
    """
    n = len(points)
    cells = 48 if n <= 1000 else 96 if n <= 4000 else 192 if n <= 20000 else 320
    low = points.min(axis=0)
    width = float((points.max(axis=0) - low).max()) * 1.0001 + 1e-6
    h = width / (cells - 1)
    place = (points - low) / h
    corner = np.minimum(np.floor(place).astype(np.int64), cells - 2)
    part = place - corner
    index = corner[:, 0] * cells + corner[:, 1]
    shares = [
        (index, (1 - part[:, 0]) * (1 - part[:, 1])),
        (index + 1, (1 - part[:, 0]) * part[:, 1]),
        (index + cells, part[:, 0] * (1 - part[:, 1])),
        (index + cells + 1, part[:, 0] * part[:, 1]),
    ]
    density = np.zeros(cells * cells)
    for at, share in shares:
        density += np.bincount(at, weights=mass * share, minlength=cells * cells)
    spectrum = np.fft.rfft2(density.reshape(cells, cells), s=(2 * cells, 2 * cells))
    offset = np.fft.fftfreq(2 * cells, d=1.0 / (2 * cells)) * h
    dx, dy = offset[:, None], offset[None, :]
    square = dx * dx + dy * dy
    inverse = 1.0 / ((square + 0.3 * h * h) * (1.0 + (square / _FAR**2) ** 2))
    field = np.zeros((n, 2))
    for axis, kernel in enumerate((dx * inverse, dy * inverse)):
        grid = np.fft.irfft2(spectrum * np.fft.rfft2(kernel), s=(2 * cells, 2 * cells))
        flat = grid[:cells, :cells].ravel()
        for at, share in shares:
            field[:, axis] += flat[at] * share
    return field


def _separation(points: Floats, radius: Floats) -> Floats:
    """How far each point has to move so that discs of these radii stop overlapping."""
    first, second = _near_pairs(points, 2.0 * float(radius.max()))
    apart = points[first] - points[second]
    distance = np.sqrt((apart**2).sum(axis=1))
    overlap = radius[first] + radius[second] - distance
    hit = overlap > 0
    first, second, apart = first[hit], second[hit], apart[hit]
    distance, overlap = distance[hit], overlap[hit]
    # Two points on one spot part along a direction given by their numbers.
    angle = _GOLDEN_ANGLE * (first + second)
    spot = distance < 1e-6
    apart[spot] = np.stack([np.cos(angle[spot]), np.sin(angle[spot])], axis=1)
    distance = np.where(spot, 1.0, distance)
    # The larger disc moves less.
    share = radius[second] ** 2 / (radius[first] ** 2 + radius[second] ** 2)
    push = apart * (overlap / distance)[:, None]
    n = len(points)
    moved = np.empty((n, 2))
    for axis in (0, 1):
        moved[:, axis] = np.bincount(first, weights=push[:, axis] * share, minlength=n)
        moved[:, axis] -= np.bincount(second, weights=push[:, axis] * (1 - share), minlength=n)
    return moved


def _near_pairs(points: Floats, span: float) -> tuple[Ints, Ints]:
    """Pairs of points in the same or in adjoining square cells of width `span`."""
    cell = np.floor((points - points.min(axis=0)) / span).astype(np.int64) + 1
    rows = int(cell[:, 1].max()) + 2
    key = cell[:, 0] * rows + cell[:, 1]
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    firsts, seconds = [], []
    for step in (0, 1, rows - 1, rows, rows + 1):
        start = np.searchsorted(ordered, ordered + step, side="left")
        stop = np.searchsorted(ordered, ordered + step, side="right")
        if step == 0:
            start = np.arange(1, len(order) + 1)
        count = np.maximum(stop - start, 0)
        source = np.repeat(np.arange(len(order)), count)
        within = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
        firsts.append(order[source])
        seconds.append(order[np.repeat(start, count) + within])
    return np.concatenate(firsts), np.concatenate(seconds)


def _sunflower(spacing: Floats, seed: int) -> Floats:
    """Points on a spiral around the origin, each with room for its own spacing."""
    area = np.cumsum(spacing**2)
    far = np.sqrt(area - spacing[0] ** 2)
    turn = _GOLDEN_ANGLE * (np.arange(len(spacing)) + seed)
    return _snap(np.stack([far * np.cos(turn), far * np.sin(turn)], axis=1))


def _limit(move: Floats, most: float | Floats) -> Floats:
    """Shorten each row of `move` to at most `most`."""
    length = np.sqrt((move**2).sum(axis=1))
    shorter: Floats = move * np.minimum(1.0, most / np.maximum(length, 1e-9))[:, None]
    return shorter


def _snap(points: Floats) -> Floats:
    snapped: Floats = np.rint(points * _SNAP) / _SNAP
    return snapped
