"""Digests a model on a Ray cluster, a part in each task, and joins the parts.

    python deploy/ray.py /models/llama-3-8b /shared/parts --parts 100 --output /shared/llama-3-8b.json
    model-provenance sign key /models/llama-3-8b --private-key prod.pem --manifest /shared/llama-3-8b.json

All nodes need the model and the folder at the same paths, and model-provenance on the PATH. After a failure, run it
again: parts that are finished are not read again.
"""

import argparse
import os
import subprocess
import sys

# Python looks beside this file first, and would take it for the package of the same name.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path) != HERE]

import ray  # noqa: E402


def digest(model: str, *options: str) -> str:
    """Runs one command; what it says on standard error is the error."""
    command = ["model-provenance", "digest", model, *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Digests a model in parts on a Ray cluster.")
    parser.add_argument("model")
    parser.add_argument("manifests", help="folder for the manifests of the parts")
    parser.add_argument("--parts", type=int, required=True)
    parser.add_argument("--output", required=True, help="manifest of the whole model")
    parser.add_argument("--cpus", type=float, default=2, help="cores of each task")
    given = parser.parse_args()

    os.makedirs(given.manifests, exist_ok=True)
    ray.init()
    # A task that raises is tried again, as is one whose node was lost.
    remote = ray.remote(num_cpus=given.cpus, max_retries=3, retry_exceptions=True)(digest)
    tasks = [
        remote.remote(
            given.model,
            f"--part={index}/{given.parts}",
            f"--output={os.path.join(given.manifests, f'{index}.json')}",
        )
        for index in range(given.parts)
    ]
    for text in ray.get(tasks):
        print(text)
    print(digest(given.model, f"--merge={given.manifests}", f"--output={given.output}"))


if __name__ == "__main__":
    main()
