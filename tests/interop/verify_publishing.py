#!/usr/bin/env python3
"""Verifies a folder of policies with their lock and approvals, written from docs/publishing.md alone.

One line for each folder: PASS, or FAIL with the reason. Every published version has to be approved as it stands. Exit code 0 if every
folder is PASS, 4 otherwise. What `duecare fmt` lays out cannot be laid out here: `layout`, `clauses` and `meaning` of files are not checked.
"""

import base64
import hashlib
import json
import re
import sys
from datetime import date
from pathlib import Path

import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TYPE = "application/vnd.in-toto+json"

def need(holds, what):
    if not holds:
        raise ValueError(what)

def sha(raw):
    return hashlib.sha256(raw).hexdigest()

def text_of(path):
    return path.read_bytes().decode().removeprefix("\ufeff").replace("\r\n", "\n")

def digest(*lines):
    return "sha256:" + sha("".join(lines).encode())

def unbase64(text, length=None):
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text and length in (None, len(raw)), "it is not the base64 expected")
    return raw

def once(pairs):
    need(len({key for key, _ in pairs}) == len(pairs), "an entry stands twice")
    return dict(pairs)

class Lines(yaml.SafeLoader):
    """Every scalar is its text; no key stands twice."""

    def construct_mapping(self, node, deep=False):
        return once([(self.construct_object(key, True), self.construct_object(value, True)) for key, value in node.value])

def plainly(loader, node):
    return loader.construct_scalar(node)

def mapping(loader, node):
    return loader.construct_mapping(node, True)

for kind in ("int", "float", "bool", "null", "timestamp", "str"):
    Lines.add_constructor(f"tag:yaml.org,2002:{kind}", plainly)
Lines.add_constructor("tag:yaml.org,2002:map", mapping)

def loaded(text):
    return yaml.load(text, Lines)

def lock(folder):
    text = text_of(folder / "published.lock")
    body, last = text[: text.rindex("\n", 0, -1) + 1], text[text.rindex("\n", 0, -1) + 1 :]
    need(last == f"digest: {digest(body)}\n", "published.lock: its last line is not the digest of those before")
    read = loaded(text)
    need(read["form"] == "duecare.published/1", "published.lock: another form")
    for path, file in read["files"].items():
        need(digest(text_of(folder / path)) == file["text"], f"{path} was changed")
    for path, expected in read["lists"].items():
        need(digest(text_of(folder / path)) == expected, f"{path} was changed")
    for key, version in read["versions"].items():
        texts = [read["files"][path] for path in [version["file"], *version["uses"]]]
        own = digest("duecare.policy/1\n", *(file["text"] + "\n" for file in texts))
        need(own == version["digest"], f"{key}: its digest is not that of its texts")
    return read

def approvers(folder):
    read = loaded(text_of(folder / "approvers.yaml"))
    need(set(read) == {"form", "require", "approvers"} and read["form"] == "duecare.approvers/1", "approvers.yaml: another form")
    keys = {}
    for person in read["approvers"]:
        for key in person["keys"]:
            need(key["key"].startswith("ed25519:"), "approvers.yaml: no key")
            raw = unbase64(key["key"].removeprefix("ed25519:"), 32)
            need(sha(raw) not in keys, "approvers.yaml: a key stands twice")
            keys[sha(raw)] = (raw, person, key)
    return keys, [(required["role"], int(required["at_least"])) for required in read["require"]]

def approval(path, keys):
    """What was signed, and by whom."""
    text = path.read_bytes().decode().replace("\r\n", "\n")
    envelope = json.loads(text, object_pairs_hook=once)
    need(set(envelope) == {"payload", "payloadType", "signatures"} and envelope["payloadType"] == TYPE, "no envelope")
    need(len(envelope["signatures"]) == 1, "not one signature")
    signature = envelope["signatures"][0]
    written = json.dumps({"payload": envelope["payload"], "payloadType": TYPE, "signatures": [
        {"keyid": signature["keyid"], "sig": signature["sig"]}]}, indent=2) + "\n"
    need(written == text, "it is not written in the one way")
    payload = unbase64(envelope["payload"])
    need(signature["keyid"] in keys, "nobody has its key")
    raw, person, key = keys[signature["keyid"]]
    signed = f"DSSEv1 {len(TYPE)} {TYPE} {len(payload)} ".encode() + payload
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(unbase64(signature["sig"], 64), signed)
    except InvalidSignature:
        raise ValueError("the signature does not verify") from None
    statement = json.loads(payload, object_pairs_hook=once)
    need(set(statement) == {"_type", "subject", "predicateType", "predicate"}, "other entries than a statement has")
    need(statement["_type"] == "https://in-toto.io/Statement/v1", "no in-toto statement")
    need(statement["predicateType"] == "https://duecare.example/approval/v1", "no approval")
    predicate = statement["predicate"]
    known = {"by", "role", "key", "at", "meaning", "effective_from", "effective_until", "difference", "comment"}
    need(set(predicate) <= known and known - set(predicate) <= {"effective_until", "difference", "comment"}, "other entries")
    need(predicate["key"] == signature["keyid"] and predicate["by"] == person["name"], "another person or key")
    need(path.name == f"{statement['subject'][0]['name']}.{signature['keyid'][:16]}.json", "another name of the file")
    return statement, person, key

def counts(statement, person, key):
    at = statement["predicate"]["at"]
    need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at), "no time")
    day = date.fromisoformat(at[:10])
    if "revoked" in key or statement["predicate"]["role"] not in person["roles"]:
        return False
    return date.fromisoformat(key["from"]) <= day and ("until" not in key or day < date.fromisoformat(key["until"]))

def is_about(statement, folder, key, version, lists):
    name = key.replace(" ", "@")
    subject = {entry["name"]: entry["digest"] for entry in statement["subject"]}
    if name not in subject or subject.pop(name) != {"sha256": version["digest"].removeprefix("sha256:")}:
        return False
    # The lock has no names of lists, so their digests are compared.
    expected = sorted(lists[path].removeprefix("sha256:") for path in version["lists"])
    days = (statement["predicate"]["effective_from"], statement["predicate"].get("effective_until"))
    return sorted(entry["sha256"] for entry in subject.values()) == expected and days == (version["from"], version.get("until"))

def verify(folder):
    published = lock(folder)
    keys, required = approvers(folder)
    approvals = [(path, *approval(path, keys)) for path in sorted(folder.glob("*/approvals/*"))]
    for name, version in published["versions"].items():
        last = {}
        for _, statement, person, key in approvals:
            if counts(statement, person, key) and is_about(statement, folder, name, version, published["lists"]):
                at = statement["predicate"]["at"]
                if person["name"] not in last or last[person["name"]][0] < at:
                    last[person["name"]] = (at, statement["predicate"]["role"])
        for role, at_least in required:
            has = sum(1 for _, held in last.values() if held == role)
            need(has >= at_least, f"{name}: {has} of {at_least} approvals in the role {role}")

def main():
    failed = False
    for folder in sys.argv[1:]:
        try:
            verify(Path(folder))
            print("PASS", folder, sep="\t")
        except (ValueError, KeyError, TypeError, AttributeError, OSError, yaml.YAMLError) as problem:
            failed = True
            print("FAIL", folder, problem, sep="\t")
    sys.exit(4 if failed else 0)

if __name__ == "__main__":
    main()
