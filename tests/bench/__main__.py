"""All measurements, one after the other: `python tests/bench`. Ends with 1 where a claim fails.

Each prints its own ratios and can be run alone: `python tests/bench/query.py`.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SCRIPTS = ("build.py", "query.py", "validate.py", "explorer.py")


def main() -> int:
    failed = []
    for name in SCRIPTS:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, str(FOLDER / name)], check=False).returncode:
            failed.append(name)
    print(f"\nnot as claimed: {', '.join(failed)}" if failed else "\nall as claimed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
