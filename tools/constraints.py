"""Write down the versions of what the course and its tests need, after a green run of the tests.

What the browser tests, the pages or the class have installed beside it stays out.
"""

from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from helpers import PROJECT
from tools.install import DONE

WANTED = ["behind-the-pipeline[lab,test]", "uv"]


def needed(wanted):
    """Return what is installed of `wanted` and of all that these require: {name: version}.

    `wanted`: requirements as in requirements.txt. A build label such as +cpu is left out.
    """
    versions, seen, waiting = {}, set(), [Requirement(text) for text in wanted]
    while waiting:
        requirement = waiting.pop()
        key = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if key in seen:
            continue
        seen.add(key)
        try:
            package = distribution(requirement.name)
        except PackageNotFoundError:  # for another system, or a part that nothing here asked for
            continue
        versions[package.name] = Version(package.version).public
        waiting += _required_by(package, requirement.extras or {""})
    return versions


def _required_by(package, extras):
    for requirement in map(Requirement, package.requires or ()):
        marker = requirement.marker
        if not marker or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def main():
    versions = needed(WANTED)
    versions.pop("behind-the-pipeline")
    lines = [f"{name}=={versions[name]}\n" for name in sorted(versions, key=str.casefold)]
    (PROJECT / "constraints.txt").write_text("".join(lines), encoding="utf-8", newline="\n")
    DONE.touch()


if __name__ == "__main__":
    main()
