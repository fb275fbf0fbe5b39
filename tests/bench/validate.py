"""`kg validate` against pySHACL alone, on the same file and shapes.

    python tests/bench/validate.py [PAPERS | FILE]

The claim is at most 3 times pySHACL's own time (CPU seconds, reading the file included).
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from synthetic import synthetic_graph


def main(argument: str) -> int:
    import pyshacl

    from kg.rdf import Description, write_turtle
    from kg.resources import resource
    from kg.validate import validate

    with tempfile.TemporaryDirectory() as folder:
        path = Path(argument)
        if argument.isdigit():
            path = Path(folder) / "graph.ttl"
            write_turtle(synthetic_graph(int(argument)), path, description=Description("Bench"))
        shapes = str(resource("ontology", "shapes.ttl"))
        start = time.process_time()
        conforms, _, _ = pyshacl.validate(str(path), shacl_graph=shapes, inference="none")
        alone = time.process_time() - start
        start = time.process_time()
        findings = validate(path)
        ours = time.process_time() - start
    assert conforms == (findings == [])
    print(f"pySHACL {alone:.2f} s, kg validate {ours:.2f} s: {ours / alone:.2f} times (claim 3)")
    return 0 if ours <= 3 * alone else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "100"))
