"""The wheels of the publisher, built and unpacked: what an operator installs beside Ceilometer."""

import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "publisher" / "ceilometer"


def build_wheels(directory: Path) -> tuple[Path, Path]:
    """annals-publisher and annals-publisher-panko."""
    # From a copy, because building leaves files beside the sources.
    copy = shutil.copytree(SOURCE, directory / "source")
    _pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir",
         directory, copy, copy / "panko")
    [main] = directory.glob("annals_publisher-*.whl")
    [panko] = directory.glob("annals_publisher_panko-*.whl")
    return main, panko


def install(directory: Path, *wheels: Path) -> Path:
    """Into a directory for PYTHONPATH, so that no environment is changed."""
    _pip("install", "--no-deps", "--no-index", "--no-compile", "--target", directory, *wheels)
    return directory


def _pip(*words) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, words)],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"pip {words[0]}: {done.stdout[-4000:]}")
