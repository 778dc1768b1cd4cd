"""An exported case file: what the arbiter's client signs, and how anyone checks it offline. Pure.

The file is the object of `casefile.export`, with the message keys the arbiter could open in `transcript.keys`, and
`signed_by`: the arbiter's account, chat identity and the wallet's signature that binds them, and an Ed25519 signature
over the RFC 8785 form of everything else.
"""

from collections.abc import Mapping
from typing import Any

from escrow import signatures
from escrow.terms import digest
from exchange.chat import keys
from exchange.core.hashing import canonical

KIND = "parley-case"


def faults(case: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the signature of an exported case, in sentences; none when it is sound."""
    signed_by = case.get("signed_by")
    if not isinstance(signed_by, Mapping):
        return ["Nobody has signed this case file."]
    rest = {name: value for name, value in case.items() if name != "signed_by"}
    found: list[str] = []
    account, identity_key = str(signed_by.get("account")), str(signed_by.get("identity_key"))
    if account != case.get("arbiter"):
        found.append("This case file was signed by somebody else than its arbiter.")
    try:
        keys.check_signature(canonical(rest), signature=str(signed_by.get("signature")), identity_key=identity_key)
    except keys.BadKey:
        found.append("The case file was altered after it was signed.")
    typed_data = keys.identity_typed_data(account, identity_key=identity_key, host=str(case["transcript"]["host"]))
    try:
        vouched = signatures.recover(digest(typed_data), str(signed_by.get("wallet_signature"))) == account
    except signatures.BadSignature:
        vouched = False
    if not vouched:
        found.append(f"The wallet {account} did not vouch for the key that signed this case file.")
    return found
