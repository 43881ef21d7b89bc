"""What the programs that measure have in common. The servers are those of the tests."""

import sys

from .places import ROOT

sys.path.insert(0, str(ROOT / "Tests" / "clients"))
