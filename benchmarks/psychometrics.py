"""Psychometric methods beside their peers, in one run: CPU time and peak memory.

    python benchmarks/psychometrics.py [--only PIECE ...] [--peers PYTHON ...] [--repeats 3]

Every contender runs alone in a fresh process. A Python peer runs in the first interpreter that can import it: this one,
then those named with ``--peers`` (packages that need older versions of others get an environment of their own). R's
psych and lavaan run where Rscript is found. Data are simulated with a fixed seed, the same for all contenders of a
piece.

Printed per contender: CPU seconds of one call (best of the repeats, all threads added up, imports and data not
counted), peak memory of the whole process, the ratios of both to satix, and one figure of the result, so that one sees
the same was computed.

To add a piece: write a function that makes its data with numpy alone, one ``prepare`` function per contender that
imports what it needs and returns the call to be timed, and append a `Piece` to ``PIECES``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


@dataclass(frozen=True)
class Contender:
    """One implementation. ``prepare()`` returns the call to be timed, which returns a figure to compare.

    ``module`` must be importable. An R contender has a script instead, which reads the CSV file ``data`` and leaves the
    figure in ``value`` within ``work <- function() ...``; ``module`` is then the R package.
    """

    name: str
    module: str
    prepare: Callable[[], Callable[[], float]] | None = None
    script: str = ""


@dataclass(frozen=True)
class Piece:
    """One comparison. The first contender is satix. ``data`` gives the table that R reads."""

    name: str
    title: str
    aim: str
    data: Callable[[], np.ndarray]
    contenders: Sequence[Contender]


@dataclass(frozen=True)
class Measured:
    """CPU seconds of one call, peak memory of the process in MB, and the figure."""

    cpu: float
    memory: float
    value: float


def ordered_answers(n: int, p: int, *, options: int = 5, loading: float = 0.7, seed: int = 20240501) -> np.ndarray:
    """Answers 1 to ``options`` of n respondents to p items that share one factor."""
    rng = np.random.default_rng(seed)
    factor = rng.normal(size=(n, 1))
    latent = loading * factor + np.sqrt(1 - loading**2) * rng.normal(size=(n, p))
    cuts = np.linspace(-1.3, 1.1, options - 1)
    return np.digitize(latent, cuts) + 1


# --- polychoric correlations


def polychoric_data() -> np.ndarray:
    return ordered_answers(5_000, 20)


def polychoric_satix() -> Callable[[], float]:
    import pandas as pd

    from analysis.correlations.polychoric import polychoric

    frame = pd.DataFrame(polychoric_data()).add_prefix("Q")
    return lambda: float(polychoric(frame).correlations[np.tril_indices(20, -1)].mean())


def polychoric_gamma_satix() -> Callable[[], float]:
    from analysis.correlations.asymptotic_covariance import ordinal_moments

    codes = np.ascontiguousarray(polychoric_data().T.astype(np.int16))
    return lambda: float(ordinal_moments(codes).correlations[np.tril_indices(20, -1)].mean())


def polychoric_ordinalcorr() -> Callable[[], float]:
    import ordinalcorr

    answers = polychoric_data()

    def work() -> float:
        pairs = zip(*np.tril_indices(20, -1), strict=True)
        return float(np.mean([ordinalcorr.polychoric(answers[:, j], answers[:, k]) for j, k in pairs]))

    return work


# --- confirmatory factor analysis


CFA_MODEL = "\n".join(
    f"f{factor + 1} =~ " + " + ".join(f"Q{4 * factor + item}" for item in range(4)) for factor in range(3)
)


def cfa_data() -> np.ndarray:
    rng = np.random.default_rng(20240501)
    factors = rng.multivariate_normal(np.zeros(3), np.full((3, 3), 0.4) + 0.6 * np.eye(3), size=5_000)
    loadings = np.repeat(np.eye(3), 4, axis=0) * np.tile([0.8, 0.7, 0.6, 0.75], 3)[:, None]
    return factors @ loadings.T + 0.6 * rng.normal(size=(5_000, 12))


def cfa_satix() -> Callable[[], float]:
    import pandas as pd

    from analysis.factors.cfa.confirmatory import confirmatory_factor_analysis

    frame = pd.DataFrame(cfa_data()).add_prefix("Q")
    return lambda: confirmatory_factor_analysis(frame, CFA_MODEL).fit["chisq"]


def cfa_robust_satix() -> Callable[[], float]:
    import pandas as pd

    from analysis.factors.cfa.confirmatory import confirmatory_factor_analysis

    frame = pd.DataFrame(cfa_data()).add_prefix("Q")
    return lambda: confirmatory_factor_analysis(frame, CFA_MODEL, estimator="MLR").fit["chisq"]


def cfa_semopy() -> Callable[[], float]:
    import pandas as pd
    import semopy

    frame = pd.DataFrame(cfa_data()).add_prefix("Q")

    def work() -> float:
        model = semopy.Model(CFA_MODEL)
        model.fit(frame)
        model.inspect(std_est=True)
        return float(semopy.calc_stats(model)["chi2"].iloc[0])

    return work


LAVAAN_CFA = (
    "f <- lavaan::cfa('" + CFA_MODEL.replace("\n", "; ") + "', data);"
    " lavaan::standardizedSolution(f); lavaan::fitMeasures(f, 'chisq')[[1]]"
)


# --- confirmatory factor analysis of ordered items


def ordinal_cfa_data() -> np.ndarray:
    """The answers of `cfa_data` on five categories."""
    return np.digitize(cfa_data(), [-1.2, -0.4, 0.3, 1.1]) + 1


def ordinal_cfa_satix() -> Callable[[], float]:
    import pandas as pd

    from analysis.factors.cfa.ordinal_confirmatory import ordinal_factor_analysis

    frame = pd.DataFrame(ordinal_cfa_data()).add_prefix("Q")
    return lambda: ordinal_factor_analysis(frame, CFA_MODEL).fit["chisq.scaled"]


LAVAAN_ORDINAL_CFA = (
    "f <- lavaan::cfa('" + CFA_MODEL.replace("\n", "; ") + "', data, ordered=names(data), estimator='WLSMV');"
    " lavaan::standardizedSolution(f); lavaan::fitMeasures(f, 'chisq.scaled')[[1]]"
)


# --- exploratory factor analysis


def efa_data() -> np.ndarray:
    """Three correlated factors with ten items each."""
    rng = np.random.default_rng(20240501)
    factors = rng.normal(size=(10_000, 3)) + 0.6 * rng.normal(size=(10_000, 1))
    loadings = np.kron(np.eye(3), np.full((1, 10), 0.7))
    return factors @ loadings + rng.normal(size=(10_000, 30))


def efa_satix() -> Callable[[], float]:
    import pandas as pd

    from analysis.factors.efa import exploratory_factors

    frame = pd.DataFrame(efa_data()).add_prefix("Q")
    return lambda: float(exploratory_factors(frame, 3, rotation="oblimin").communalities.mean())


def efa_factor_analyzer() -> Callable[[], float]:
    import factor_analyzer
    import pandas as pd

    frame = pd.DataFrame(efa_data()).add_prefix("Q")

    def work() -> float:
        analyzer = factor_analyzer.FactorAnalyzer(3, rotation="oblimin", method="minres")
        analyzer.fit(frame)
        return float(analyzer.get_communalities().mean())

    return work


# --- reliability


def alpha_data() -> np.ndarray:
    return ordered_answers(1_000_000, 30)


def alpha_data_with_gaps() -> np.ndarray:
    answers = alpha_data().astype(np.float64)
    answers[np.random.default_rng(20240502).random(answers.shape) < 0.05] = np.nan
    return answers


def alpha_satix(data: Callable[[], np.ndarray] = alpha_data) -> Callable[[], float]:
    import pandas as pd

    from analysis.reliability import cronbach_alpha

    frame = pd.DataFrame(data()).add_prefix("Q")
    cronbach_alpha(frame.head(100))
    return lambda: cronbach_alpha(frame).raw_alpha


def alpha_codes_satix() -> Callable[[], float]:
    from analysis.moments import partial
    from analysis.reliability import alpha_from_moments

    codes = np.ascontiguousarray(alpha_data().T.astype(np.int16))
    tables = [np.array([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0])] * len(codes)

    def work() -> float:
        moments = partial(codes, tables, complete=True, threads=1)
        return alpha_from_moments(moments, range(len(codes))).raw_alpha

    return work


def alpha_pingouin(data: Callable[[], np.ndarray] = alpha_data) -> Callable[[], float]:
    import pandas as pd
    import pingouin

    frame = pd.DataFrame(data()).add_prefix("Q")
    return lambda: float(pingouin.cronbach_alpha(data=frame)[0])


PIECES: list[Piece] = [
    Piece(
        name="alpha",
        title="Cronbach's alpha, 1,000,000 x 30, five options, all answered",
        aim="with all item statistics, at least 7 times less CPU than pingouin without any, 300 times less than psych",
        data=alpha_data,
        contenders=[
            Contender("satix (all item statistics)", "analysis", alpha_satix),
            Contender("satix (the same from coded answers)", "analysis", alpha_codes_satix),
            Contender("pingouin (alpha and interval only)", "pingouin", alpha_pingouin),
            Contender(
                "R psych",
                "psych",
                script="work <- function() psych::alpha(data, check.keys=FALSE, warnings=FALSE)$total$raw_alpha",
            ),
        ],
    ),
    Piece(
        name="alpha_gaps",
        title="Cronbach's alpha, 1,000,000 x 30, 5 % missing, pairwise",
        aim="as above",
        data=alpha_data_with_gaps,
        contenders=[
            Contender("satix (all item statistics)", "analysis", lambda: alpha_satix(alpha_data_with_gaps)),
            Contender("pingouin (alpha and interval only)", "pingouin", lambda: alpha_pingouin(alpha_data_with_gaps)),
        ],
    ),
    Piece(
        name="polychoric",
        title="polychoric correlations, 5,000 x 20, five options",
        aim="at least 5 times less CPU than ordinalcorr",
        data=polychoric_data,
        contenders=[
            Contender("satix (with standard errors, tests, thresholds)", "analysis", polychoric_satix),
            Contender("satix (with the full asymptotic covariance)", "analysis", polychoric_gamma_satix),
            Contender("ordinalcorr", "ordinalcorr", polychoric_ordinalcorr),
            Contender(
                "R psych",
                "psych",
                script="work <- function() { m <- psych::polychoric(data, correct=0)$rho; mean(m[lower.tri(m)]) }",
            ),
            Contender(
                "R lavaan",
                "lavaan",
                script="work <- function() { m <- lavaan::lavCor(data, ordered=names(data), output='cor');"
                " mean(m[lower.tri(m)]) }",
            ),
        ],
    ),
    Piece(
        name="efa",
        title="exploratory factor analysis, minres and oblimin, 10,000 x 30, three factors",
        aim="no slower than factor_analyzer, which gives no fit",
        data=efa_data,
        contenders=[
            Contender("satix (with fit, structure, complexity)", "analysis", efa_satix),
            Contender("factor_analyzer", "factor_analyzer", efa_factor_analyzer),
            Contender(
                "R psych",
                "psych",
                script="work <- function() mean(psych::fa(data, 3, fm='minres', rotate='oblimin')$communality)",
            ),
        ],
    ),
    Piece(
        name="cfa",
        title="confirmatory factor analysis by ML, 5,000 x 12, three factors",
        aim="no slower than semopy, with every figure lavaan gives",
        data=cfa_data,
        contenders=[
            Contender("satix (all fit measures, standardised errors)", "analysis", cfa_satix),
            Contender("satix (MLR)", "analysis", cfa_robust_satix),
            Contender("semopy", "semopy", cfa_semopy),
            Contender("R lavaan", "lavaan", script="work <- function() { " + LAVAAN_CFA + " }"),
        ],
    ),
    Piece(
        name="wlsmv",
        title="confirmatory factor analysis by WLSMV, 5,000 x 12, five options, three factors",
        aim="at least 5 times less CPU than lavaan, which took 1.35 s where satix was first timed",
        data=ordinal_cfa_data,
        contenders=[
            Contender("satix (all fit measures, standardised errors)", "analysis", ordinal_cfa_satix),
            Contender("R lavaan", "lavaan", script="work <- function() { " + LAVAAN_ORDINAL_CFA + " }"),
        ],
    ),
]

R_FRAME = """
options(mc.cores=1)
args <- commandArgs(TRUE)
data <- read.csv(args[1])
{script}
best <- Inf
for (i in seq_len(as.integer(args[2]))) {{
  t <- system.time(value <- suppressWarnings(work()))
  best <- min(best, t[['user.self']] + t[['sys.self']])
}}
cat(sprintf('{{"cpu": %.6f, "value": %.10f}}', best, value))
"""


def work_here(contender: Contender, repeats: int) -> None:
    """Time a contender in this process and print what was measured as JSON."""
    if contender.prepare is None:
        raise SystemExit("an R contender has no work in Python")
    call = contender.prepare()
    best, value = np.inf, np.nan
    for _ in range(repeats):
        start = time.process_time()
        value = call()
        best = min(best, time.process_time() - start)
    print(json.dumps({"cpu": best, "value": value}))


def run(command: list[str]) -> Measured | None:
    """Run a worker; peak memory comes from the operating system where it tells. None when the worker failed."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        peak = float("nan")
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
        else:
            process.wait()
        out.seek(0)
        text = out.read().decode()
    if process.returncode:
        return None
    found: dict[str, Any] = json.loads(text[text.rindex("{") :])
    return Measured(cpu=found["cpu"], memory=peak, value=found["value"])


def interpreter_with(module: str, pythons: Sequence[str]) -> str | None:
    """The first interpreter that finds a module."""
    probe = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    for python in pythons:
        if subprocess.run([python, "-c", probe], check=False, capture_output=True).returncode == 0:
            return python
    return None


def measure(piece: Piece, position: int, pythons: Sequence[str], repeats: int) -> Measured | str:
    """Measure one contender, or say why not."""
    contender = piece.contenders[position]
    if contender.script:
        rscript = shutil.which("Rscript")
        if rscript is None:
            return "Rscript is not installed"
        probe = f"quit(status=!requireNamespace('{contender.module}', quietly=TRUE))"
        if subprocess.run([rscript, "-e", probe], check=False, capture_output=True).returncode:
            return f"R package {contender.module} is not installed"
        with tempfile.TemporaryDirectory() as folder:
            table, script = Path(folder) / "data.csv", Path(folder) / "work.R"
            answers = piece.data()
            names = ",".join(f"Q{item}" for item in range(answers.shape[1]))
            np.savetxt(table, answers, delimiter=",", header=names, comments="", fmt="%.10g")
            script.write_text(R_FRAME.format(script=contender.script), encoding="utf-8")
            return run([rscript, str(script), str(table), str(repeats)]) or "failed"
    # satix itself lies beside this file, for the interpreter that runs it
    python = sys.executable if position == 0 or contender.module == "analysis" else None
    python = python or interpreter_with(contender.module, pythons)
    if python is None:
        return f"{contender.module} is not installed"
    worker = [python, str(Path(__file__).resolve()), "--worker", piece.name, str(position), "--repeats", str(repeats)]
    return run(worker) or "failed"


def main() -> None:
    """Run the pieces and print one table each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="*", default=[], help="pieces to run (default: all)")
    parser.add_argument("--peers", nargs="*", default=[], help="further Python interpreters with peers")
    parser.add_argument("--repeats", type=int, default=3, help="calls per contender; the best counts")
    parser.add_argument("--worker", nargs=2, metavar=("PIECE", "POSITION"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    by_name = {piece.name: piece for piece in PIECES}
    if options.worker:
        name, position = options.worker
        work_here(by_name[name].contenders[int(position)], options.repeats)
        return
    unknown = sorted(set(options.only) - set(by_name))
    if unknown:
        parser.error(f"no piece {', '.join(unknown)}; there are {', '.join(by_name)}")
    pythons = [sys.executable, *options.peers]
    for piece in PIECES:
        if options.only and piece.name not in options.only:
            continue
        print(f"\n{piece.name}: {piece.title} (aim: {piece.aim})")
        own: Measured | None = None
        for position, contender in enumerate(piece.contenders):
            found = measure(piece, position, pythons, options.repeats)
            if isinstance(found, str):
                print(f"  {contender.name:48s} skipped: {found}")
                continue
            own = own or found
            ratios = f"CPU x {found.cpu / own.cpu:7.2f}, memory x {found.memory / own.memory:5.2f}"
            print(f"  {contender.name:48s} {found.cpu:9.4f} s {found.memory:8.0f} MB  {ratios}  {found.value:.6f}")


if __name__ == "__main__":
    main()
