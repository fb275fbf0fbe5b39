"""How long a build takes beside the bare language pipeline, in fresh processes of one run.

    python tests/bench/build.py [--abstracts FILE] [--count 2000] [--runs 3]

1. Cold: `kg build data/summaries` (layout and pages included) against importing spaCy, loading the
   same components and running them over the same text. At most 3 times as long.
2. Throughput: annotating and extracting abstracts (pages and layouts left out) against a bare
   `nlp.pipe` of the same components over the same text, loading left out. At least 0.6 of its
   speed. FILE holds one JSON record with "title" and "abstract" a line, gzipped or not.

Each figure is the median of some runs, which take turns. Seconds of the processor count, because a
busy machine makes the clock unjust; those of the clock are shown beside them. Exits 1 where a
figure is missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kg.annotate import BATCH, DEFAULT_PIPELINE  # noqa: E402
from kg.model import Document  # noqa: E402
from kg.read import read_sources  # noqa: E402

ABSTRACTS = ROOT.parent / "shared" / "corpora" / "acl-abstracts.jsonl.gz"
SUMMARIES = ROOT / "data" / "summaries"
MOST_COLD, LEAST_SHARE = 3.0, 0.6

BARE_COLD = f"""
import json, sys
import spacy
nlp = spacy.load({DEFAULT_PIPELINE!r}, exclude=["ner", "senter"])
for _ in nlp.pipe(json.load(open(sys.argv[1], encoding="utf-8")), batch_size={BATCH}):
    pass
"""


class Time(NamedTuple):
    """Seconds by the clock and by the processor."""

    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.processor:7.2f} s ({self.clock:7.2f} s by the clock)"


def median(times: list[Time]) -> Time:
    return Time(*(statistics.median(column) for column in zip(*times, strict=True)))


def in_turns(count: int, *run: Callable[[], Time]) -> list[Time]:
    """The median time of each, all run once before any is run again."""
    rounds = [[one() for one in run] for _ in range(count)]
    return [median(list(times)) for times in zip(*rounds, strict=True)]


# ------------------------------------------------------------------------------ cold


def time_of_process(*command: str | Path) -> Time:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *map(str, command)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Time(clock, used)


def measure_cold(runs: int, folder: Path) -> bool:
    """Prints the cold figures; whether they are good enough."""
    texts = folder / "texts.json"
    blocks = [b.text for d in documents(SUMMARIES) for b in d.blocks]
    texts.write_text(json.dumps(blocks), encoding="utf-8")
    build, bare = in_turns(
        runs,
        lambda: time_of_process("-m", "kg", "build", SUMMARIES, "-o", folder / "exports"),
        lambda: time_of_process("-c", BARE_COLD, texts),
    )
    ratio = build.processor / bare.processor
    print(f"cold: kg build of data/summaries            {build}")
    print(f"cold: spaCy loaded and run over its text    {bare}")
    print(f"cold: ratio {ratio:.2f} (by the clock {build.clock / bare.clock:.2f}), "
          f"at most {MOST_COLD:g}")  # fmt: skip
    return ratio <= MOST_COLD


# ------------------------------------------------------------------------------ throughput


def documents(path: Path) -> list[Document]:
    return [d for reading in read_sources([path]) for d in reading.documents]


def write_abstracts(source: Path, count: int, path: Path) -> None:
    """Abstracts from all over a corpus, evenly, as a file that the reader knows."""
    with (gzip.open if source.suffix == ".gz" else open)(source, "rt", encoding="utf-8") as lines:
        records = [record for line in lines if (record := json.loads(line)).get("abstract")]
    step = max(1, len(records) // count)
    wanted = ({k: r[k] for k in ("title", "abstract")} for r in records[::step][:count])
    path.write_text("".join(json.dumps(r) + "\n" for r in wanted), encoding="utf-8")


def time_bare(path: Path) -> None:
    from kg.annotate import load_pipeline

    texts = [block.text for d in documents(path) for block in d.blocks]
    nlp = load_pipeline()
    report(lambda: nlp.pipe(texts, batch_size=BATCH))


def time_extraction(path: Path) -> None:
    from kg.annotate import annotate, load_pipeline
    from kg.extract import extract

    found = documents(path)
    nlp = load_pipeline()
    extract(next(annotate(found[:1], nlp)))  # the models are read from disk once
    report(lambda: map(extract, annotate(found, nlp)))


PARTS = {"bare": time_bare, "extraction": time_extraction}


def report(work: Callable[[], Iterator[object]]) -> None:
    """Do the work to its end and print its seconds as JSON."""
    clock, processor = time.perf_counter(), time.process_time()
    for _ in work():
        pass
    print(json.dumps([time.perf_counter() - clock, time.process_time() - processor]))


def time_of_part(name: str, path: Path) -> Time:
    done = subprocess.run(
        [sys.executable, __file__, "--part", name, str(path)],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return Time(*json.loads(done.stdout))


def measure_throughput(runs: int, source: Path, count: int, folder: Path) -> bool:
    """Prints the figures of throughput; whether they are good enough, or could not be had."""
    if not source.is_file():
        print(f"throughput: skipped, there is no {source}; name abstracts with --abstracts")
        return True
    path = folder / "abstracts.jsonl"
    write_abstracts(source, count, path)
    found = documents(path)
    words = sum(len(block.text.split()) for d in found for block in d.blocks)
    extraction, bare = in_turns(
        runs, lambda: time_of_part("extraction", path), lambda: time_of_part("bare", path)
    )
    share = bare.processor / extraction.processor
    print(f"throughput: {words} words of {len(found)} abstracts")
    for name, part in (("extraction", extraction), ("bare pipe", bare)):
        print(f"throughput: {name:10} {part}, {words / part.processor:6.0f} words/s")
    print(f"throughput: share {share:.2f} (by the clock {bare.clock / extraction.clock:.2f}), "
          f"at least {LEAST_SHARE:g}")  # fmt: skip
    return share >= LEAST_SHARE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--abstracts", type=Path, default=ABSTRACTS, metavar="FILE")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        PARTS[options.part[0]](Path(options.part[1]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        cold = measure_cold(options.runs, Path(folder))
        throughput = measure_throughput(
            options.runs, options.abstracts, options.count, Path(folder)
        )
    return 0 if cold and throughput else 1


if __name__ == "__main__":
    sys.exit(main())
