"""How long ``satix --help`` takes, and whether anything heavy is loaded for it.

    python benchmarks/startup.py

Best of ten fresh processes each, taken in turn, with compiled bytecode: bare Python, a program of two commands
written with click alone, and ``satix --help``. Ends with exit code 1 if a heavy module is loaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("matplotlib", "numpy", "pandas", "scipy", "statsmodels")
RUNS = 10

CLICK = """
import click

@click.group()
def application(): "Two commands."

@application.command()
@click.argument("name")
def hello(name): "Say hello."

@application.command()
def bye(): "Say goodbye."

application(["--help"])
"""
LOADED = """
import json, sys
from satix.cli import main
sys.argv = ["satix", "--help"]
try:
    main()
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
PROGRAMS = {
    "python, nothing": ["-c", "pass"],
    "click --help": ["-c", CLICK],
    "satix --help": ["-m", "satix", "--help"],
}


def run(arguments: list[str], environment: dict[str, str]) -> tuple[float, str]:
    """Wall-clock seconds of one fresh process, and what it wrote to its error stream."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, capture_output=True, text=True, encoding="utf-8"
    )
    return time.perf_counter() - start, done.stderr


def main() -> int:
    """Print the times and the verdict on heavy modules."""
    with tempfile.TemporaryDirectory() as cache:
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": cache, "PYTHONIOENCODING": "utf-8"}
        for arguments in PROGRAMS.values():
            run(arguments, environment)  # compiles
        best = dict.fromkeys(PROGRAMS, float("inf"))
        for _ in range(RUNS):
            for name, arguments in PROGRAMS.items():
                best[name] = min(best[name], run(arguments, environment)[0])
        _, errors = run(["-c", LOADED], environment)
    for name, seconds in best.items():
        print(f"{name:<16} {seconds:6.3f} s  {seconds / best['click --help']:5.2f} times click")
    loaded: list[str] = json.loads(errors.splitlines()[-1])
    heavy = [name for name in HEAVY if name in loaded]
    print(
        f"heavy modules loaded by satix --help: {', '.join(heavy) or 'none'} ({len(loaded)} top-level modules in all)"
    )
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
