"""Refit the models of data/model/ from a folder of annotated summaries.

usage: python tools/fit.py GOLD=TEXTS ... [--unseen GOLD] [-o data/model]

GOLD is an annotation file (data/gold/GUIDELINES.md), TEXTS the folder of the files it names.
Papers that stand in an --unseen file too are left out, so that scores on it are of unseen papers.
The same gold, versions and processor give the same bytes.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click
import numpy as np

from kg.extract.relevance import LINEAR, TREES, Model
from kg.extract.trees import Linear, Trees
from kg.extract.vectors import read_vectors
from kg.resources import resource
from tools.training import fit, paper_names, read_examples


@click.command(help=__doc__)
@click.argument("pairs", nargs=-1, required=True, metavar="GOLD=TEXTS...")
@click.option("--unseen", multiple=True, type=click.Path(path_type=Path), metavar="GOLD")
@click.option("-o", "folder", type=click.Path(file_okay=False, path_type=Path), default=None)
def main(pairs: tuple[str, ...], unseen: tuple[Path, ...], folder: Path | None) -> None:
    files = []
    for pair in pairs:
        gold, _, texts = pair.partition("=")
        files.append((Path(gold), Path(texts or Path(gold).parent)))
    held = {name for gold in unseen for name in paper_names(gold)}
    examples = [e for e in read_examples(files) if not e.names & held]
    click.echo(f"{len(examples)} annotated summaries", err=True)
    path = (folder or resource("data", "model")) / "relevance.npz"
    write_model(fit(examples, read_vectors()), path)
    click.echo(f"wrote {path}", err=True)


def write_model(model: Model, path: Path) -> None:
    """Weights with 16 bits, trees as flat arrays; no time stamps."""
    arrays: dict[str, np.ndarray] = {
        "linear_weights": np.round(model.linear.weights, 2).astype(np.float16),
        "linear_bias": model.linear.bias,
    }
    for name in LINEAR:
        linear: Linear = getattr(model, name)
        arrays |= {
            f"{name}_weights": np.round(linear.weights, 3).astype(np.float16),
            f"{name}_bias": linear.bias,
        }
    facts = "\n".join(sorted(model.rates.index, key=model.rates.index.__getitem__))
    arrays |= {
        "rates_facts": np.frombuffer(facts.encode(), dtype=np.uint8),
        "rates_counts": np.minimum(model.rates.counts, 60000).astype(np.uint16),
        "rates_overall": model.rates.overall,
    }
    for name in TREES:
        trees: Trees = getattr(model, name)
        arrays |= {
            f"{name}_feature": trees.feature.astype(np.int16),
            f"{name}_threshold": trees.threshold,
            f"{name}_children": trees.children.astype(
                np.uint16 if len(trees.feature) < 65536 else np.int32
            ),
            f"{name}_value": trees.value.astype(np.float16),
            f"{name}_roots": trees.roots.astype(np.int32),
            f"{name}_shape": np.array([trees.outputs, trees.depth], np.int32),
        }
    np.savez_compressed(path, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
