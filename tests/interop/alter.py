#!/usr/bin/env python3
"""Makes altered copies of a ledger and of an export of it, and says which verifier must refuse which copy.

alter.py LEDGER EXPORT FOLDER KEY... writes the copies into FOLDER, and FOLDER/expected with lines `copy TAB verifier,...`. The files
of private keys are those of the log, in their order: with them it also forges logs, as somebody could who has the keys.
"""

import base64
import json
import os
import random
import shutil
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from verify import Tree, leaf_hash, sha, split_leaves

# Who reads what. `structure` is what everybody reads who knows transparency logs.
STRUCTURE = ["verify", "ledger", "go", "sigstore", "duecare"]
NO_SIGSTORE = ["verify", "ledger", "go", "duecare"]
MEANING = ["verify", "ledger", "duecare"]
ONLY_LEDGER = ["ledger", "duecare"]

random = random.Random(1)

class Copies:
    def __init__(self, folder):
        self.folder, self.expected = folder, []

    def __call__(self, original, name, concerns):
        """A copy whose files are those of the original until they are written anew."""
        copy = self.folder / f"{len(self.expected):03}-{name}"
        self.expected.append(f"{copy.name}\t{','.join(concerns)}\n")
        if original is not None:
            shutil.copytree(original, copy, copy_function=os.link)
        return copy

    def with_file(self, original, path, content, name, concerns):
        target = self(original, name, concerns) / path.relative_to(original)
        target.unlink(missing_ok=True)
        if content is not None:
            target.write_bytes(content)

    def flipped(self, original, paths, count, name, concerns, start=0, end=0):
        """Copies with one flipped bit each, in turn in each of these files."""
        for number in range(count):
            path = paths[number % len(paths)]
            content = bytearray(path.read_bytes())
            content[random.randrange(start, len(content) - end)] ^= 1 << random.randrange(8)
            self.with_file(original, path, bytes(content), name, concerns)

    def other_letter(self, original, path, line, name, concerns):
        """A copy with another letter in a line of base64, and not in its last ones, where some bits count for nothing."""
        lines = path.read_text().split("\n")
        at = random.randrange(2, len(lines[line]) - 4)
        lines[line] = lines[line][:at] + ("B" if lines[line][at] != "B" else "C") + lines[line][at + 1:]
        self.with_file(original, path, "\n".join(lines).encode(), name, concerns)

def bundle_of(leaves):
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)

def tile_path(level, index, width):
    return f"tile/{level}/{index:03}" + (f".p/{width}" if width < 256 else "")

def newest_tiles(log, level, size):
    """The tiles of a level that the newest head rests on."""
    return [log / tile_path(level, start // 256, min(256, size - start)) for start in range(0, size, 256)]

def leaves_of(log, size):
    return [leaf for path in newest_tiles(log, "entries", size) for leaf in split_leaves(path.read_bytes())]

def alter_files(copies, ledger, size):
    entries, hashes = newest_tiles(ledger, "entries", size), newest_tiles(ledger, "0", size)
    copies.flipped(ledger, entries, 20, "entry", STRUCTURE)
    copies.flipped(ledger, hashes, 16, "hash", STRUCTURE)
    copies.flipped(ledger, newest_tiles(ledger, "1", size // 256), 4, "hash-above", NO_SIGSTORE)
    stale = [path for path in (ledger / "tile").rglob("*.p/*") if path.name not in (entries[-1].name, str(size // 256))]
    copies.flipped(ledger, sorted(stale), 8, "earlier-tile", ONLY_LEDGER)
    heads = sorted(path for path in (ledger / "checkpoints").iterdir() if path.suffix != ".tsr")
    text = len((ledger / "checkpoint").read_bytes().partition(b"\n\n")[0])
    for _ in range(6):
        copies.other_letter(ledger, ledger / "checkpoint", 2, "head-root", STRUCTURE)
        copies.other_letter(ledger, random.choice(heads), 2, "earlier-head-root", STRUCTURE)
    copies.flipped(ledger, [ledger / "checkpoint"], 4, "head", STRUCTURE, end=text + 2 - len(b"\n"))
    for key in sorted((ledger / "keys").iterdir()):
        copies.flipped(ledger, [key], 3, "key", STRUCTURE, end=1)
    copies.flipped(ledger, [ledger / "origin"], 3, "origin", STRUCTURE, end=1)
    blobs = sorted(filter(Path.is_file, (ledger / "blobs").rglob("*")))
    copies.flipped(ledger, blobs, 8, "blob", MEANING)
    copies.flipped(ledger, [ledger / "index/events"], 6, "index", ONLY_LEDGER)
    segments = sorted((ledger / "wal").iterdir())
    copies.flipped(ledger, segments, 16, "segment", ONLY_LEDGER)
    stamps = sorted((ledger / "checkpoints").glob("*.tsr"))
    for stamp in stamps:
        other = heads[0].read_bytes()
        copies.with_file(ledger, stamp, other, "time-stamp", MEANING)
    for path in (entries[0], entries[-1], hashes[0], hashes[-1]):
        content = path.read_bytes()
        copies.with_file(ledger, path, content[:-1], "cut", STRUCTURE)
        copies.with_file(ledger, path, None, "missing", STRUCTURE)
    copies.with_file(ledger, segments[-1], segments[-1].read_bytes()[:-7], "segment-cut", ONLY_LEDGER)
    for blob in blobs:
        copies.with_file(ledger, blob, None, "blob-missing", MEANING)
    # The segments still have all leaves: a crash between two files leaves as much, and who reads them has nothing to refuse.
    copies.with_file(ledger, ledger / "checkpoint", heads[-3].read_bytes(), "older-head", ["verify", "go"])
    leaves = split_leaves(entries[1].read_bytes())
    leaves[10], leaves[11] = leaves[11], leaves[10]
    copies.with_file(ledger, entries[1], bundle_of(leaves), "swapped", STRUCTURE)
    leaves = split_leaves(entries[1].read_bytes())
    leaves[10] = leaves[11]
    copies.with_file(ledger, entries[1], bundle_of(leaves), "twice", STRUCTURE)

def alter_export(copies, export):
    bag = ["bagit", "duecare"]
    files = sorted(path for path in export.rglob("*") if path.is_file() and path.name != "tagmanifest-sha256.txt")
    random.shuffle(files)
    copies.flipped(export, files, 24, "bag", bag)
    copies.with_file(export, export / "data/added.txt", b"more\n", "bag-added", bag)
    copies.with_file(export, export / "data/report.html", None, "bag-missing", bag)
    for proof in sorted((export / "data/proofs").iterdir()):
        for line in (1, 3, 4, 5):
            copies.other_letter(export, proof, line, "proof", ["verify", "go", "sigstore", "bagit"])
    for path in sorted((export / "data/disclosures").iterdir()):
        shown = json.loads(path.read_text())
        changes = {
            "value": "\"Somebody Else\"", "field": "field/other", "salt": "sha256:" + "0" * 64, "index": shown["index"] + 1,
            "size": shown["index"], "path": shown["path"][1:], "leaf": shown["leaf"] + 1,
            "subject": shown["subject"] | {"id": "C-0000"},
        }
        for key, value in changes.items():
            content = json.dumps(shown | {key: value}).encode()
            copies.with_file(export, path, content, f"disclosed-{key}", ["verify", "bagit"])

class Signer:
    def __init__(self, origin, key):
        raw = b"\1" + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.origin, self.key, self.id = origin, key, sha(origin.encode(), b"\n", raw)[:4]
        self.vkey = f"{origin}+{self.id.hex()}+{base64.b64encode(raw).decode()}"

    def head(self, size, root):
        text = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        line = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        return f"{text}\n\u2014 {self.origin} {line}\n".encode()

def forge(folder, original, leaves, signers):
    """Writes a log of these leaves as an export has it, as somebody could who has the keys."""
    tree, heads, rotations = Tree(), {}, [at for at, leaf in enumerate(leaves) if b'"key_rotated"' in leaf]
    for leaf in leaves:
        tree.add(leaf_hash(leaf))
        if tree.size in (len(leaves) // 2, len(leaves)):
            signer = signers[sum(at < tree.size for at in rotations)]
            heads[f"checkpoints/{tree.size:020}"] = heads["checkpoint"] = signer.head(tree.size, tree.root())
    files = dict(heads, origin=(signers[0].origin + "\n").encode())
    for place, signer in enumerate(signers, 1):
        files[f"keys/{place:08}.vkey"] = (signer.vkey + "\n").encode()
    level, hashes = 0, [leaf_hash(leaf) for leaf in leaves]
    while hashes:
        for start in range(0, len(hashes), 256):
            tile = hashes[start:start + 256]
            files[tile_path(level, start // 256, len(tile))] = b"".join(tile)
        hashes = [Tree(hashes[at:at + 256]).root() for at in range(0, len(hashes) - 255, 256)]
        level += 1
    for start in range(0, len(leaves), 256):
        bundle = leaves[start:start + 256]
        files[tile_path("entries", start // 256, len(bundle))] = bundle_of(bundle)
    index = b""
    for at, leaf in enumerate(leaves):
        if b'"kind":"decision"' not in leaf and b'"kind":"refused"' not in leaf:
            entry = at.to_bytes(8, "big") + len(leaf).to_bytes(2, "big") + leaf
            index += entry + sha(entry)[:8]
    files["index/events"] = index
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    shutil.copytree(original / "blobs", folder / "blobs", copy_function=os.link)

def written(leaf):
    return json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

def changed(leaves, at, **entries):
    return [*leaves[:at], written(json.loads(leaves[at]) | entries), *leaves[at + 1:]]

def without(leaves, at, counts=False, root=False):
    """The leaves of a log from which a decision was left out, its run made to fit as far as is asked for."""
    gone, made, fields = json.loads(leaves[at]), [], []
    for place, raw in enumerate(leaves):
        leaf = json.loads(raw)
        if place == at:
            continue
        if leaf["kind"] == "withdrawal" and leaf["leaf"] > at:
            leaf["leaf"] -= 1
        if leaf.get("run") == gone["run"]:
            if leaf.get("ordinal", 0) > gone["ordinal"]:
                leaf["ordinal"] -= 1
            if "ordinal" in leaf:
                fields.append(leaf_hash(bytes.fromhex(leaf["fields"][7:])))
            if leaf["kind"] == "run_completed" and counts:
                leaf |= {"records": leaf["records"] - 1, "decided": leaf["decided"] - 1}
            if leaf["kind"] == "run_completed" and root:
                leaf["root"] = "sha256:" + Tree(fields).root().hex()
        made.append(written(leaf))
    return made

def alter_meaning(copies, ledger, leaves, signers):
    kinds = [json.loads(leaf)["kind"] for leaf in leaves]
    decision = kinds.index("decision") + 5
    policies = json.loads(leaves[decision])["policies"]
    rotated, withdrawal = kinds.index("key_rotated"), kinds.index("withdrawal")
    signature = base64.b64encode(bytes(64)).decode()
    other = [policies[0] | {"digest": "sha256:" + "0" * 64}]
    seal = written({"format": "duecare.leaf/1", "kind": "log_sealed", "recorded": "2026-11-29T00:00:00Z"})
    before = {"origin": "example.org/before", "size": 4, "root": "sha256:" + "0" * 64}
    forged = {
        "left-out": [*leaves[:decision], *leaves[decision + 1:]],
        "left-out-renumbered": without(leaves, decision),
        "left-out-counted": without(leaves, decision, counts=True),
        "out-of-order": [*leaves[:decision], leaves[decision + 1], leaves[decision], *leaves[decision + 2:]],
        "other-policy": changed(leaves, decision, policies=other),
        "fewer-outcomes": changed(leaves, decision, policies=[policies[0] | {"outcomes": policies[0]["outcomes"][1:]}]),
        "other-record": changed(leaves, decision, fields="sha256:" + "0" * 64),
        "other-form": changed(leaves, decision, format="duecare.leaf/0"),
        "null": changed(leaves, decision, could_be=None),
        "fraction": changed(leaves, decision, number=1.5),
        "large-number": changed(leaves, decision, number=2**53),
        "blanks": [*leaves[:decision], leaves[decision].replace(b'":', b'": ', 1), *leaves[decision + 1:]],
        "escape": [*leaves[:decision], leaves[decision].replace(b"sha256", b"\\u0073ha256", 1), *leaves[decision + 1:]],
        "key-twice": [*leaves[:decision], b'{"as_of":"",' + leaves[decision][1:], *leaves[decision + 1:]],
        "no-json": [*leaves[:decision], b"decision", *leaves[decision + 1:]],
        "begins-twice": [*leaves[:rotated], leaves[kinds.index("run_started")], *leaves[rotated:]],
        "goes-on-after-its-end": [*leaves, leaves[decision]],
        "opened-twice": [*leaves, leaves[0]],
        "not-opened": leaves[1:],
        "rotation-by-one": changed(leaves, rotated, old_signature=signature),
        "rotation-by-the-old": changed(leaves, rotated, new_signature=signature),
        "goes-on-after-a-seal": [*leaves, seal, leaves[kinds.index("policy_published")]],
        "sealed-twice": [*leaves, seal, seal],
        "goes-on-from-itself": changed(leaves, 0, predecessor=before | {"origin": signers[0].origin}),
        "goes-on-from-nothing": changed(leaves, 0, predecessor=before | {"size": 0}),
        "withdrawn-twice": [*leaves, leaves[withdrawal]],
        "withdrawn-decision": changed(leaves, withdrawal, leaf=decision),
        "withdrawn-later": changed(leaves, withdrawal, leaf=withdrawal + 1),
        "withdrawn-of-another": changed(leaves, withdrawal, subject="sha256:" + "0" * 64),
        "blob-of-nobody": changed(leaves, kinds.index("policy_published"), bundle="sha256:" + "0" * 64),
    }
    for name, made in forged.items():
        forge(copies(None, f"forged-{name}", ["verify", "duecare"]), ledger, made, signers)

def forgeries_that_need_help(folder, ledger, leaves, signers):
    """Logs that are as good as the true one to whoever knows nothing from elsewhere."""
    decision = [json.loads(leaf)["kind"] for leaf in leaves].index("decision") + 5
    forge(folder / "rewritten", ledger, without(leaves, decision, counts=True, root=True), signers)
    opened, mine = json.loads(leaves[0]), Signer(signers[0].origin, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    end = [json.loads(leaf)["kind"] for leaf in leaves].index("key_rotated")
    forge(folder / "other-key", ledger, [written(opened | {"key": mine.vkey}), *leaves[1:end]], [mine])
    forge(folder / "cut", ledger, leaves[:end], signers[:1])

def main():
    ledger, export, folder, *keys = map(Path, sys.argv[1:])
    lines = (ledger / "checkpoint").read_text().split("\n")
    size, signers = int(lines[1]), []
    for key in keys:
        signers.append(Signer(lines[0], load_pem_private_key(key.read_bytes(), None)))
    leaves, copies = leaves_of(ledger, size), Copies(folder / "copies")
    alter_files(copies, ledger, size)
    alter_export(copies, export)
    alter_meaning(copies, ledger, leaves, signers)
    (folder / "expected").write_text("".join(copies.expected))
    forge(folder / "faithful", ledger, leaves, signers)
    forgeries_that_need_help(folder, ledger, leaves, signers)

main()
