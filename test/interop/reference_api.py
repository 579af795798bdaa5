"""Signs or verifies with the reference implementation's library: its command line has no options for hashing.

Takes one JSON object as its argument; exits 0 if done, 1 with the reason on standard error if not.
"""

import json
import os
import sys

import model_signing


def main() -> None:
    request = json.loads(sys.argv[1])
    model, signature = request["model"], request["signature"]
    if request["action"] == "verify":
        config = model_signing.verifying.Config()
        config.use_elliptic_key_verifier(public_key=request["key"])
        config.verify(model, signature)
        return
    hashing = model_signing.hashing.Config()
    algorithm, shard_size = request["algorithm"], request.get("shardSize")
    if shard_size is None:
        hashing.use_file_serialization(hashing_algorithm=algorithm)
    else:
        hashing.use_shard_serialization(
            hashing_algorithm=algorithm, shard_size=shard_size
        )
    hashing.set_ignored_paths(paths=[os.path.relpath(signature, model)])
    config = model_signing.signing.Config()
    config.use_elliptic_key_signer(private_key=request["key"])
    config.set_hashing_config(hashing).sign(model, signature)


try:
    main()
except Exception as error:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(1)
