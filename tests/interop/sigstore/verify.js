// Verifies logs with @sigstore/verify, the code that checks the provenance of npm packages: signatures of all published heads,
// inclusion of every leaf under the newest, and proofs in files.
//
// Usage: node verify.js FOLDER...: ledgers or exports. Prints PASS or FAIL for each; exit code 4 unless all are PASS.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { verifyCheckpoint } = require('@sigstore/verify/dist/tlog/checkpoint');
const { verifyMerkleInclusion } = require('@sigstore/verify/dist/tlog/merkle');

const WIDTH = 256;
// What stands before the 32 bytes of an Ed25519 key in SPKI.
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** The keys of a log, as instances of a transparency log that sigstore trusts. */
function keysOf(log) {
  const origin = fs.readFileSync(path.join(log, 'origin'), 'utf8').replace(/\n$/, '');
  const names = fs.readdirSync(path.join(log, 'keys')).sort();
  return names.map((file) => {
    // A key in base64 may have a `+`, too.
    const line = fs.readFileSync(path.join(log, 'keys', file), 'utf8').trim();
    const [, name, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line) ?? [];
    const der = Buffer.concat([SPKI, Buffer.from(key, 'base64').subarray(1)]);
    if (name !== origin) throw new Error(`${file} is the key of another log`);
    return { baseURL: origin, logID: Buffer.from(id, 'hex'), publicKey: crypto.createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  });
}

/** Reads a tile or a bundle by itself, or the full one that took its place. */
function readTile(log, level, index, width) {
  let name = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    name = `x${String(rest % 1000).padStart(3, '0')}/${name}`;
  }
  const full = path.join(log, 'tile', level, name);
  return fs.readFileSync(width === WIDTH || fs.existsSync(full) ? full : path.join(`${full}.p`, String(width)));
}

/** The tiles and bundles of one level, one after the other. */
function* tiles(log, level, size) {
  for (let first = 0; first < size; first += WIDTH) {
    const width = Math.min(WIDTH, size - first);
    yield [readTile(log, level, first / WIDTH, width), width];
  }
}

function leavesOf(log, size) {
  const leaves = [];
  for (const [bundle, width] of tiles(log, 'entries', size)) {
    let at = 0;
    for (let count = 0; count < width; count += 1) {
      const end = at + 2 + bundle.readUInt16BE(at);
      if (end > bundle.length) throw new Error('a bundle is cut');
      leaves.push(bundle.subarray(at + 2, end));
      at = end;
    }
  }
  return leaves;
}

/** Hands out the root over a range of leaves, from the hashes of level 0. */
function rootsOver(hashes) {
  const known = new Map();
  const root = (start, end) => {
    if (end - start === 1) return hashes[start];
    const name = `${start}-${end}`;
    if (!known.has(name)) {
      const middle = start + 2 ** Math.floor(Math.log2(end - start - 1));
      const hash = crypto.createHash('sha256').update(Buffer.from([1]));
      known.set(name, hash.update(root(start, middle)).update(root(middle, end)).digest());
    }
    return known.get(name);
  };
  return root;
}

function auditPath(root, index, size) {
  const beside = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + 2 ** Math.floor(Math.log2(end - start - 1));
    beside.unshift(index < middle ? root(middle, end) : root(start, middle));
    [start, end] = index < middle ? [start, middle] : [middle, end];
  }
  return beside;
}

function checked(envelope, keys) {
  return verifyCheckpoint({ inclusionProof: { checkpoint: { envelope } } }, keys);
}

function checkProof(file, keys) {
  const text = fs.readFileSync(file, 'utf8');
  const blank = text.indexOf('\n\n');
  const [form, extra, index, ...hashes] = text.slice(0, blank).split('\n');
  if (form !== 'c2sp.org/tlog-proof@v1') throw new Error(`${file} is no proof`);
  const inclusionProof = { logIndex: index.replace('index ', ''), hashes: hashes.map((hash) => Buffer.from(hash, 'base64')) };
  const canonicalizedBody = Buffer.from(extra.replace('extra ', ''), 'base64');
  verifyMerkleInclusion({ inclusionProof, canonicalizedBody }, checked(text.slice(blank + 2), keys));
}

function verify(folder) {
  const bag = path.join(folder, 'data');
  const log = fs.existsSync(bag) ? path.join(bag, 'log') : folder;
  const keys = keysOf(log);
  const heads = fs.readdirSync(path.join(log, 'checkpoints')).filter((name) => /^[0-9]{20}$/.test(name));
  for (const name of heads) checked(fs.readFileSync(path.join(log, 'checkpoints', name), 'utf8'), keys);
  const newest = checked(fs.readFileSync(path.join(log, 'checkpoint'), 'utf8'), keys);
  const size = Number(newest.logSize);
  const hashes = [...tiles(log, '0', size)].flatMap(([tile, width]) =>
    Array.from({ length: width }, (_, place) => tile.subarray(32 * place, 32 * place + 32)));
  const root = rootsOver(hashes);
  leavesOf(log, size).forEach((canonicalizedBody, index) => {
    const inclusionProof = { logIndex: String(index), hashes: auditPath(root, index, size) };
    verifyMerkleInclusion({ inclusionProof, canonicalizedBody }, newest);
  });
  const proofs = fs.existsSync(path.join(bag, 'proofs')) ? fs.readdirSync(path.join(bag, 'proofs')) : [];
  for (const name of proofs) checkProof(path.join(bag, 'proofs', name), keys);
  return `${size} leaves included, ${heads.length + 1} heads signed, ${proofs.length} proofs`;
}

const folders = process.argv.slice(2);
let exit = folders.length > 0 ? 0 : 4;
for (const folder of folders) {
  try {
    console.log(`PASS\t${folder}\t${verify(folder)}`);
  } catch (error) {
    exit = 4;
    console.log(`FAIL\t${folder}\t${error.message}`);
  }
}
process.exitCode = exit;
