"""``python -m community`` and the console script ``dems-community``."""

import sys

from community.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
