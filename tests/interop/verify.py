#!/usr/bin/env python3
"""Verifies ledgers and exports of duecare, written from docs/evidence.md alone.

A folder is a ledger, or an export with its proofs and disclosures. Exit code 0 if every one is PASS, 4 otherwise."""

import argparse, base64, functools, hashlib, json, re, sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def need(holds, what):
    if not holds:
        raise ValueError(what)

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def digest_of(text):
    need(re.fullmatch("sha256:[0-9a-f]{64}", text), "it is no digest")
    return bytes.fromhex(text[7:])

def unbase64(text, length=None):
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text and length in (None, len(raw)), "it is not the base64 expected")
    return raw

def number(text):
    need(re.fullmatch(r"0|[1-9][0-9]{0,18}", text), "a number is not written plainly")
    return int(text)

leaf_hash = functools.partial(sha, b"\0")
node = functools.partial(sha, b"\1")

class Tree:
    def __init__(self, hashes=()):
        self.size, self.parts = 0, []
        for hashed in hashes:
            self.add(hashed)

    def add(self, hashed):
        bits = self.size = self.size + 1
        while bits % 2 == 0:
            hashed, bits = node(self.parts.pop(), hashed), bits // 2
        self.parts.append(hashed)

    def root(self):
        return functools.reduce(lambda right, left: node(left, right), reversed(self.parts)) if self.parts else sha()

def root_by_path(hashed, index, size, path):
    need(index < size, "the index lies behind the tree")
    last = size - 1
    for beside in path:
        need(last > 0, "the audit path is too long")
        if index % 2 or index == last:
            hashed = node(beside, hashed)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            hashed = node(hashed, beside)
        index, last = index // 2, last // 2
    need(last == 0, "the audit path is too short")
    return hashed

class Key:
    def __init__(self, text):
        parts = text.split("+", 2)
        need(len(parts) == 3 and parts[0] and not re.search(r"[\s\x00-\x1f]", parts[0]), "it is no key")
        raw = unbase64(parts[2], 33)
        self.text, self.name, self.id = text, parts[0], sha(parts[0].encode(), b"\n", raw)[:4]
        need(self.id.hex() == parts[1] and raw[0] == 1, "it is no key of a log, or its id is another")
        self.public = Ed25519PublicKey.from_public_bytes(raw[1:])

class Head:
    def __init__(self, raw):
        text, blank, lines = raw.decode().partition("\n\n")
        need(blank and lines.endswith("\n") and lines.count("\n") <= 64, "it is no signed note")
        parts = text.split("\n")
        need(len(parts) == 3 and parts[0], "a head has three lines")
        self.text, self.origin = (text + "\n").encode(), parts[0]
        self.size, self.root, self.signatures = number(parts[1]), unbase64(parts[2], 32), []
        for line in lines[:-1].split("\n"):
            dash, name, raw = line.split(" ")
            need(dash == "\u2014", "a signature line is malformed")
            self.signatures.append((name, unbase64(raw)[:4], unbase64(raw)[4:]))

def check_form(value, depth=0):
    need(depth <= 8 and isinstance(value, (str, int, list, dict)), "it has null, a fraction, or is nested too deeply")
    need(not isinstance(value, int) or abs(value) < 2**53, "an integer is too large")
    if isinstance(value, dict):
        need(all(re.fullmatch("[a-z][a-z0-9_]*", key) for key in value), "a key is not lower case")
    for entry in {dict: dict.values, list: iter}.get(type(value), lambda _: ())(value):
        check_form(entry, depth + 1)

def canonical(raw):
    value = json.loads(raw.decode())
    check_form(value)
    again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    need(again.encode(errors="replace") == raw and isinstance(value, dict), "it is not in the canonical form")
    return value

def split_leaves(raw):
    leaves = []
    while raw:
        length = int.from_bytes(raw[:2], "big")
        need(len(raw) >= 2 + length, "the bundle does not end where a leaf does")
        leaves.append(raw[2:2 + length])
        raw = raw[2 + length:]
    return leaves

def identities(leaf, rules):
    return [[policy[key] for key in ("name", "version", "digest", "lists")] + [len(policy[rules])]
            for policy in leaf["policies"]]

class Log:
    def __init__(self, folder, heads, trusted):
        self.folder, self.heads, self.trusted, self.sealed = folder, heads, trusted, False
        self.keys, self.runs, self.facts, self.leaves, self.blobs, self.tree = [], {}, {}, [], set(), Tree()

    def read(self, path):
        return (self.folder / path).read_bytes()

    def verify(self):
        self.origin = self.read("origin").decode().removesuffix("\n")
        newest = Head(self.read("checkpoint"))
        heads = [("checkpoint", newest), *(("the head held elsewhere", head) for head in self.heads)]
        for path in sorted((self.folder / "checkpoints").iterdir()):
            if path.suffix == ".tsr":
                need(sha(heads[-1][1].text) in path.read_bytes(), f"{path.name}: it is over something else")
            else:
                heads.append((path.name, Head(path.read_bytes())))
            need(path.name[:20] == f"{heads[-1][1].size:020}", f"{path.name}: its name is not that of its size")
        for leaf in self.given_leaves(newest.size):
            self.take(leaf)
            for name, head in heads:
                if head.size == self.tree.size:
                    need(head.root == self.tree.root(), f"{name}: its root is not that of the leaves")
                    self.check_signed(head)
        need(all(0 < head.size <= self.tree.size for _, head in heads), "leaves are missing: a head has more")
        self.tiles(newest.size)
        for place, (_, key) in enumerate(self.keys, 1):
            need(self.read(f"keys/{place:08}.vkey") == (key.text + "\n").encode(), f"key {place} is another")
        need(self.trusted in (None, *(key.text for _, key in self.keys)), "the key that you trust never signed")
        self.check_blobs()

    def check_signed(self, head):
        key = [key for since, key in self.keys if since <= head.size][-1]
        signatures = [raw for name, id_, raw in head.signatures if (name, id_) == (key.name, key.id)]
        need(signatures and head.origin == self.origin, "the key of the log has not signed the head")
        for signature in signatures:
            key.public.verify(signature, head.text)

    def given_leaves(self, size):
        for start in range(0, size, 256):
            width = min(256, size - start)
            leaves = split_leaves(self.read(self.stored("entries", start // 256, width)))
            need(len(leaves) >= width, "a bundle is too short")
            yield from leaves[:width]

    def stored(self, level, index, width):
        name = f"{index % 1000:03}"
        while index := index // 1000:
            name = f"x{index % 1000:03}/{name}"
        path = f"tile/{level}/{name}"
        return path if width == 256 or (self.folder / path).exists() else f"{path}.p/{width}"

    def tiles(self, size):
        hashes, level = [leaf_hash(leaf) for leaf in self.leaves[:size]], 0
        while hashes:
            for start in range(0, len(hashes), 256):
                made = b"".join(hashes[start:start + 256])
                name = self.stored(level, start // 256, len(made) // 32)
                need(self.read(name)[:len(made)] == made, f"{name}: it is not what the leaves make")
            full = range(0, len(hashes) - 255, 256)
            hashes, level = [Tree(hashes[at:at + 256]).root() for at in full], level + 1

    def take(self, raw):
        need(len(raw) <= 16384, "it is too long")
        leaf = canonical(raw)
        need(leaf.get("format") == "duecare.leaf/1", "its form is not known")
        for check in (self.succession, self.ends, self.run, self.withdrawal):
            check(leaf)
        self.leaves.append(raw)
        self.tree.add(leaf_hash(raw))
        named = [leaf, *leaf.get("policies", [])]
        self.blobs |= {entry[key] for entry in named for key in ("bundle", "layout") if key in entry}

    def ends(self, leaf):
        need(not self.sealed or leaf["kind"] in ("erasure", "export_made", "recovery"), "the log was sealed before")
        self.sealed |= leaf["kind"] == "log_sealed"
        if before := leaf["kind"] == "log_opened" and leaf.get("predecessor"):
            names = before["origin"] not in ("", self.origin) and before["size"] > 0 and digest_of(before["root"])
            need(names, "it does not name the head of another log")

    def succession(self, leaf):
        at = self.tree.size
        need((leaf["kind"] == "log_opened") == (at == 0), "the log does not begin with log_opened, or twice")
        if at == 0:
            self.keys.append((1, Key(leaf["key"])))
        elif leaf["kind"] == "key_rotated":
            old, new = Key(leaf["old_key"]), Key(leaf["new_key"])
            need(old.text == self.keys[-1][1].text, "the old key is not the one that signs")
            statement = f"duecare.key_rotated/1\n{old.text}\n{new.text}\n".encode()
            old.public.verify(unbase64(leaf["old_signature"], 64), statement)
            new.public.verify(unbase64(leaf["new_signature"], 64), statement)
            self.keys.append((at + 1, new))
        need(self.keys[-1][1].name == self.origin, "the key is of another log")

    def run(self, leaf):
        kind, run = leaf["kind"], self.runs.get(leaf.get("run"))
        if kind == "run_started":
            need(run is None, "the run begins twice")
            self.runs[leaf["run"]] = {"used": identities(leaf, "rules"), "counts": [0, 0], "tree": Tree(), "end": False}
        elif kind in ("decision", "refused", "run_completed"):
            need(run and not run["end"], "its run has not begun, or has ended")
            counts = run["counts"]
            if kind == "run_completed":
                run["end"] = True
                stated = [leaf["records"], leaf["decided"], leaf["refused"], digest_of(leaf["root"])]
                return need(stated == [sum(counts), *counts, run["tree"].root()], "the run ends otherwise than it went")
            counts[kind == "refused"] += 1
            need(leaf["ordinal"] == sum(counts), "a record of the run is missing, or stands here twice")
            run["tree"].add(leaf_hash(digest_of(leaf["fields"])))
            if kind == "decision":
                need(identities(leaf, "outcomes") == run["used"], "its policies are not those of the run")
                digest_of(leaf["subject"])

    def withdrawal(self, leaf):
        if leaf["kind"] in ("disposition", "control_done", "exception_granted"):
            self.facts[self.tree.size] = leaf["subject"]
        elif leaf["kind"] == "withdrawal":
            digest_of(leaf["fields"])
            subject = self.facts.pop(leaf["leaf"], "")
            need(subject == leaf["subject"], "it takes back nothing that was recorded about the subject")

    def check_blobs(self):
        def blob(digest):
            return self.read(f"blobs/sha256/{digest[7:9]}/{digest[9:11]}/{digest[11:]}")
        for path in filter(Path.is_file, (self.folder / "blobs/sha256").rglob("*")):
            name = "".join(path.relative_to(self.folder / "blobs/sha256").parts)
            need(sha(path.read_bytes()).hex() == name, f"blob {name}: its content is not what its name says")
        for named in self.blobs:
            for entry in canonical(blob(named)).get("files", []):
                blob(entry["digest"])

    def proof(self, raw):
        text, blank, note = raw.partition(b"\n\n")
        lines = text.decode("ascii").split("\n")
        shape = (lines[0], lines[1][:6], lines[2][:6], blank)
        need(shape == ("c2sp.org/tlog-proof@v1", "extra ", "index ", b"\n\n"), "it is no proof")
        leaf, index, head = unbase64(lines[1][6:]), number(lines[2][6:]), Head(note)
        path = [unbase64(line, 32) for line in lines[3:]]
        need(root_by_path(leaf_hash(leaf), index, head.size, path) == head.root, "the proof does not lead to its head")
        self.check_signed(head)
        return index, leaf

    def disclosure(self, raw):
        shows = json.loads(raw.decode())
        need(shows["format"] == "duecare.disclosure/1", "its form is not known")
        index, leaf = self.proof(shows["proof"].encode())
        leaf = canonical(leaf)

        def commitment(salt, field, value):
            name = field.encode()
            return sha(b"\0duecare.field/1", digest_of(salt), len(name).to_bytes(2, "big"), name, value.encode())
        need(index == shows["leaf"], "it is about another leaf")
        hashed, path = commitment(shows["salt"], shows["field"], shows["value"]), map(digest_of, shows["path"])
        root, who = root_by_path(hashed, shows["index"], shows["size"], path), shows["subject"]
        need(root == digest_of(leaf["fields"]), "the leaf commits to something else")
        need(commitment(who["salt"], "subject", who["id"]) == digest_of(leaf["subject"]), "it is about somebody else")

def judge(folder, log_of, heads, trusted):
    """PASS, FAIL or NOT VERIFIED, with what was read or what is wrong."""
    bag = folder / "data"
    log = log_of(bag / "log" if bag.is_dir() else folder, heads, trusted)
    try:
        log.verify()
        proofs, disclosures = sorted(bag.glob("proofs/*")), sorted(bag.glob("disclosures/*"))
        for path in [*proofs, *disclosures]:
            (log.proof if path in proofs else log.disclosure)(path.read_bytes())
        counts = f"{len(log.runs)} runs, {len(proofs)} proofs, {len(disclosures)} disclosures"
        return "PASS", f"{log.tree.size} leaves, {counts}"
    except OSError as error:
        return "NOT VERIFIED", f"after {log.tree.size} leaves: {error}"
    except (InvalidSignature, LookupError, TypeError, AttributeError, ValueError, RecursionError) as fault:
        return "FAIL", f"after {log.tree.size} leaves: {type(fault).__name__} {fault}"

def main(log_of=Log):
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trust", metavar="KEY")
    arguments.add_argument("--head", metavar="FILE", type=Path, action="append", default=[])
    arguments.add_argument("folders", metavar="FOLDER", type=Path, nargs="+")
    given = arguments.parse_args()
    heads = [Head(path.read_bytes()) for path in given.head]
    judged = [(*judge(folder, log_of, heads, given.trust), folder) for folder in given.folders]
    print(*(f"{verdict}\t{folder}\t{why}" for verdict, why, folder in judged), sep="\n")
    sys.exit(0 if all(verdict == "PASS" for verdict, _, _ in judged) else 4)

if __name__ == "__main__":
    main()
