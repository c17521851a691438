"""`make audit`: writes the bill of materials, then asks which packages have known weaknesses.

Exit code 0: none has; 1: some have; 2: the advisory service did not say so of all of them.
"""

import sys

from audit import advisories, sbom
from audit.pins import ROOT


def main() -> int:
    """Write, ask, tell."""
    components = sbom.write()
    print(f"{sbom.TARGET.relative_to(ROOT)}: the {components} packages that Doings runs on")
    lines, code = advisories.outcome(advisories.ask(sys.argv[1:]))
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
