#!/usr/bin/env python3
"""Verifies ledgers as verify.py does, and what only a ledger has: segments, index, tiles of earlier heads.

Written from docs/evidence.md alone; the same arguments.
"""

import json
import re
from pathlib import Path

from verify import Head, Log, Tree, leaf_hash, main, need, sha, split_leaves

class Ledger(Log):
    def given_leaves(self, size):
        if not any((self.folder / "wal").glob("*")):
            yield from super().given_leaves(size)
        else:
            yield from self.frames()

    def verify(self):
        super().verify()
        self.all_tiles()
        published = Head(self.read("checkpoint")).size
        need(list(super().given_leaves(published)) == self.leaves[:published], "bundles are not what the frames have")
        self.index(published)

    def frames(self):
        last, files = bytes(32), sorted((self.folder / "wal").iterdir())
        for place, path in enumerate(files, 1):
            raw = path.read_bytes()
            head = b"duecare-segment1" + place.to_bytes(8, "big") + self.tree.size.to_bytes(8, "big") + last
            need(path.name == f"{place:08}.seg" and raw[:96] == head + sha(head), f"{path.name}: its header is another")
            raw = raw[96:]
            while raw:
                body = 56 + int.from_bytes(raw[20:24], "big")
                need(raw[:8] == b"dc-frame" and len(raw) >= body + 32, f"{path.name}: a frame is not whole")
                digest = sha(raw[:body])
                need(raw[body:body + 32] == digest, f"{path.name}: a frame was changed")
                need(raw[8:16] == self.tree.size.to_bytes(8, "big") and raw[24:56] == last, "a frame does not follow")
                start = 110 + int.from_bytes(raw[108:110], "big")
                leaves = split_leaves(raw[start:body])
                need(len(leaves) == int.from_bytes(raw[16:20], "big") > 0, "a frame has not the leaves it says")
                yield from leaves
                head = Head(raw[110:start])
                found = (self.origin, self.tree.size, self.tree.root())
                need((head.origin, head.size, head.root) == found, "a frame's head is another")
                self.check_signed(head)
                last, raw = digest, raw[body + 32:]

    def index(self, published):
        made, least = b"", 0
        for at, leaf in enumerate(self.leaves):
            if json.loads(leaf)["kind"] not in ("decision", "refused"):
                entry = at.to_bytes(8, "big") + len(leaf).to_bytes(2, "big") + leaf
                made += entry + sha(entry)[:8]
            least = len(made) if at < published else least
        stored = self.read("index/events")
        need(made.startswith(stored) and len(stored) >= least, "index/events: it does not say what the log says")

    def all_tiles(self):
        hashes, level = [leaf_hash(leaf) for leaf in self.leaves], 0
        made = {"entries": [len(leaf).to_bytes(2, "big") + leaf for leaf in self.leaves]}
        while hashes:
            made[str(level)] = hashes
            full = range(0, len(hashes) - 255, 256)
            hashes, level = [Tree(hashes[at:at + 256]).root() for at in full], level + 1
        for path in filter(Path.is_file, (self.folder / "tile").rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            match = re.fullmatch(r"tile/(entries|[0-9]+)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", name)
            need(match, f"{name}: it is no tile")
            start, width = 256 * int(re.sub("[x/]", "", match[2])), int(match[3] or 256)
            entries = made[match[1]][start:start + width]
            same = len(entries) == width and path.read_bytes() == b"".join(entries)
            need(same, f"{name}: it is not what the leaves make")

if __name__ == "__main__":
    main(Ledger)
