"""The wheel works outside the clone: the configuration, and all that is not Python, travel in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASK = "import sweep.config.schema; print(sweep.config.schema.CONF)"


def test_a_wheel_knows_its_regimes_from_any_folder(tmp_path: Path):
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(site)}
        return subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert run("-c", ASK).stdout.strip() == str(site / "sweep" / "conf")
    source = ROOT / "src" / "sweep"
    files = {path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert not {path for path in files if not (site / "sweep" / path).is_file()}
    shown = run("-m", "sweep", "+regime=overfit", "--cfg", "job")
    assert shown.returncode == 0, shown.stderr
    assert "expect: overfit" in shown.stdout
    refused = run("-m", "sweep", "-m", "seed=1,1")  # the sweeper is found, and looks at the space
    assert refused.returncode == 2
    assert "seed" in refused.stderr
    assert "Traceback" not in refused.stderr
