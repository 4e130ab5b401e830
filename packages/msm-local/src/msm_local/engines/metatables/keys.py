"""The keys of an instance: a certificate for 127.0.0.1, and the key that signs who calls."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from msm_local.engines.metatables.names import KEY_ID
from msm_local.errors import StateFolderError
from msm_local.system.files import explained, make_private_folder, write_private

__all__ = ["Keys", "load_keys"]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an instance.

    Attributes:
        authority: file with the certificate that has to be trusted.
        certificate: file with key and certificate of 127.0.0.1.
        signing: signs the assertions about callers.
    """

    authority: Path
    certificate: Path
    signing: Ed25519PrivateKey

    def public_set(self) -> dict[str, list[dict[str, Any]]]:
        """The JSON Web Key Set with which a signature is verified."""
        public = json.loads(OKPAlgorithm.to_jwk(self.signing.public_key()))
        # Exactly these members: the verifier refuses a key with others.
        named = {name: public[name] for name in ("kty", "crv", "x")}
        return {"keys": [{"kid": KEY_ID, "alg": "EdDSA", "use": "sig", **named}]}


def load_keys(folder: Path) -> Keys:
    """The keys in a folder; they are made once, and only their owner may read them.

    Raises:
        StateFolderError: the folder cannot be used, or the signing key in it is damaged.
    """
    make_private_folder(folder)
    authority, certificate, signing = (
        folder / name for name in ("authority.pem", "certificate.pem", "signing.pem")
    )
    with explained(signing):
        complete = signing.exists()
    if not complete:
        issuer = trustme.CA()
        issued = issuer.issue_cert("127.0.0.1")
        write_private(authority, issuer.cert_pem.bytes().decode())
        write_private(certificate, issued.private_key_and_cert_chain_pem.bytes().decode())
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        # Last, so that keys which a kill left incomplete are made again.
        write_private(signing, pem.decode())
    try:
        with explained(signing):
            loaded = load_pem_private_key(signing.read_bytes(), None)
    except ValueError as error:
        loaded = None
        reason = str(error)
    else:
        reason = "it is not an Ed25519 key"
    if not isinstance(loaded, Ed25519PrivateKey):
        raise StateFolderError(
            f"{signing} is damaged ({reason}); delete it and start again, which makes new keys and "
            "loses no data."
        )
    return Keys(authority, certificate, loaded)
