"""Seconds that the reference implementation takes for the digests of a model. Its defaults: SHA-256, whole files."""

import pathlib
import sys
import time

from model_signing import hashing

started = time.perf_counter()
hashing.Config().hash(pathlib.Path(sys.argv[1]))
print(time.perf_counter() - started)
