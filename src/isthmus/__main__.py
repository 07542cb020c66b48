"""`python -m isthmus` is the command `isthmus`."""

import sys

from .cli.main import main

sys.exit(main())
