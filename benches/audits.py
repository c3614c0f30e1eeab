"""Lighthouse on a page: its four scores as a phone gets them, and what it complains about."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benches.product import ROOT, chromium

NODE = ROOT / "benches" / "node"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# At times the browser's trace of a page has no beginning, and Lighthouse asks to be run again.
TRIES = 3
# Nothing is asked of other hosts, by the page or by the browser.
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    "--host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'",
)


@dataclass(frozen=True)
class Scores:
    """Scores of 0 to 100 by category, and the audits below their best."""

    scores: dict[str, float]
    complaints: tuple[str, ...]


def install() -> None:
    """Lighthouse from its lock file, once."""
    if (NODE / "node_modules" / ".package-lock.json").is_file():
        return
    npm = shutil.which("npm", path=f"{os.environ['PATH']}:{ROOT / '.venv' / 'bin'}") or sys.exit("needs npm")
    subprocess.run([npm, "ci", "--ignore-scripts", "--loglevel=error"], cwd=NODE, check=True, stdout=subprocess.DEVNULL)


def audit(address: str, *, runs: int, skipped: tuple[str, ...] = ()) -> Scores:
    """The median of several runs; `skipped` names audits that do not apply to a page."""
    reports = [_run(address, skipped) for _ in range(runs)]
    scores = {
        name: median(round(100 * (report["categories"][name]["score"] or 0)) for report in reports)
        for name in CATEGORIES
    }
    return Scores(scores, tuple(sorted({line for report in reports for line in _complaints(report)})))


def _run(address: str, skipped: tuple[str, ...]) -> dict[str, Any]:
    command = [
        *(str(NODE / "node_modules" / ".bin" / "lighthouse"), address, "--quiet", "--output=json"),
        *("--output-path=stdout", f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(FLAGS)}"),
        *(f"--skip-audits={audit}" for audit in skipped),
    ]
    path = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}" if not shutil.which("node") else os.environ["PATH"]
    environ = {**os.environ, "PATH": path, "CHROME_PATH": chromium()}
    for _ in range(TRIES):
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if not done.returncode:
            report: dict[str, Any] = json.loads(done.stdout)
            return report
    sys.exit(f"Lighthouse failed on {Path(address).name}: {done.stderr.strip()}")


def _complaints(report: dict[str, Any]) -> list[str]:
    lines = []
    for name in CATEGORIES:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if (
                reference["weight"]
                and audit["score"] is not None
                and audit["score"] < (0.9 if name == "performance" else 1)
            ):
                lines.append(f"{name}: {audit['id']} {audit.get('displayValue', '')}".strip())
    return lines
