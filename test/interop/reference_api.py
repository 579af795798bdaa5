"""Signs or verifies with the reference implementation's library: its command line has no options for hashing.

Reads one JSON object a line on standard input, and answers each with a line: a JSON object that says whether it
succeeded, and the error where it did not.
"""

import json
import os
import pathlib
import sys

import model_signing


def hashing_config(request: dict, model: str, signature: str):
    """The configuration that the request spells out: nothing is guessed from a signature."""
    options = request["hashing"]
    config = model_signing.hashing.Config()
    shard_size = options.get("shardSize")
    if shard_size is None:
        config.use_file_serialization(hashing_algorithm=options["algorithm"])
    else:
        config.use_shard_serialization(
            hashing_algorithm=options["algorithm"], shard_size=shard_size
        )
    config.set_ignored_paths(
        paths=[*options.get("ignored", []), os.path.relpath(signature, model)],
        ignore_git_paths=options.get("ignoreGit", True),
    )
    return config.set_allow_symlinks(options.get("allowSymlinks", False))


def use_pkcs11_certificate(config, method: dict) -> None:
    """As its command line, but for the material: 1.1.1 builds it wrongly for PKCS #11, and rightly for key files."""
    from model_signing._signing import sign_certificate, sign_pkcs11

    material = sign_certificate.Signer._get_verification_material
    sign_pkcs11.CertSigner._get_verification_material = material
    config.use_pkcs11_certificate_signer(
        pkcs11_uri=method["uri"],
        signing_certificate=pathlib.Path(method["certificate"]),
        certificate_chain=[pathlib.Path(path) for path in method["chain"]],
    )


def sign(request: dict) -> None:
    config = model_signing.signing.Config()
    method = request["method"]
    if method["kind"] == "key":
        config.use_elliptic_key_signer(private_key=method["privateKey"])
    elif method["kind"] == "certificate":
        config.use_certificate_signer(
            private_key=method["privateKey"],
            signing_certificate=method["certificate"],
            certificate_chain=method["chain"],
        )
    elif method["kind"] == "pkcs11-certificate":
        use_pkcs11_certificate(config, method)
    else:
        config.use_sigstore_signer(
            identity_token=method["token"],
            trust_config=pathlib.Path(method["trustConfig"]),
        )
    model, signature = request["model"], request["signature"]
    config.set_hashing_config(hashing_config(request, model, signature))
    config.sign(model, signature)


def verify(request: dict) -> None:
    config = model_signing.verifying.Config()
    method = request["method"]
    if method["kind"] == "key":
        config.use_elliptic_key_verifier(public_key=method["publicKey"])
    elif method["kind"] == "certificate":
        config.use_certificate_verifier(certificate_chain=method["roots"])
    else:
        config.use_sigstore_verifier(
            identity=method["identity"],
            oidc_issuer=method["issuer"],
            trust_config=pathlib.Path(method["trustConfig"]),
        )
    model, signature = request["model"], request["signature"]
    if "hashing" in request:
        config.set_hashing_config(hashing_config(request, model, signature))
    config.verify(model, signature)


def answer(line: str) -> dict:
    request = json.loads(line)
    os.chdir(request["cwd"])
    try:
        {"sign": sign, "verify": verify}[request["action"]](request)
    except Exception as error:
        return {"ok": False, "text": f"{type(error).__name__}: {error}"}
    return {"ok": True, "text": ""}


# What the reference prints is not an answer.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    print(json.dumps(answer(line)), file=answers, flush=True)
