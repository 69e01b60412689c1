// Verifies logs with the code of the Go checksum database, golang.org/x/mod/sumdb: signatures of all published heads, the tiles,
// inclusion of every leaf, consistency between heads, and proofs in files.
//
// Usage: go-verify FOLDER...: ledgers or exports. Prints PASS or FAIL for each; exit code 4 unless all are PASS.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// head is a published head whose signature was checked.
type head struct {
	name string
	tlog.Tree
}

// folder reads the tiles of a log, for tlog.TileHashReader, which checks them against the root.
type folder struct {
	path  string
	tiles map[tlog.Tile][]byte
}

func main() {
	exit := 0
	for _, path := range os.Args[1:] {
		read, err := verify(path)
		if err != nil {
			exit = 4
			fmt.Printf("FAIL\t%s\t%v\n", path, err)
			continue
		}
		fmt.Printf("PASS\t%s\t%s\n", path, read)
	}
	if len(os.Args) < 2 {
		exit = 4
	}
	os.Exit(exit)
}

func verify(path string) (string, error) {
	bag := filepath.Join(path, "data")
	if _, err := os.Stat(bag); err == nil {
		path = filepath.Join(bag, "log")
	}
	origin, verifiers, err := keys(path)
	if err != nil {
		return "", err
	}
	heads, err := heads(path, origin, verifiers)
	if err != nil {
		return "", err
	}
	newest := heads[0]
	log := &folder{path, make(map[tlog.Tile][]byte)}
	hashes := tlog.TileHashReader(newest.Tree, log)
	if err := leaves(path, newest, hashes); err != nil {
		return "", err
	}
	for _, older := range heads[1:] {
		if older.N > newest.N {
			return "", fmt.Errorf("%s: it has more leaves than the newest head", older.name)
		}
		if err := consistent(older, newest, hashes); err != nil {
			return "", fmt.Errorf("%s: %w", older.name, err)
		}
	}
	proofs, _ := filepath.Glob(filepath.Join(bag, "proofs", "*"))
	for _, proof := range proofs {
		if err := proven(proof, origin, verifiers); err != nil {
			return "", fmt.Errorf("%s: %w", proof, err)
		}
	}
	return fmt.Sprintf("%d leaves included, %d heads consistent, %d proofs", newest.N, len(heads), len(proofs)), nil
}

func keys(path string) (string, note.Verifiers, error) {
	text, err := os.ReadFile(filepath.Join(path, "origin"))
	if err != nil {
		return "", nil, err
	}
	origin := strings.TrimSuffix(string(text), "\n")
	files, _ := filepath.Glob(filepath.Join(path, "keys", "*.vkey"))
	var known []note.Verifier
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", nil, err
		}
		verifier, err := note.NewVerifier(strings.TrimSuffix(string(text), "\n"))
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", file, err)
		}
		if verifier.Name() != origin {
			return "", nil, fmt.Errorf("%s: it is the key of another log", file)
		}
		known = append(known, verifier)
	}
	return origin, note.VerifierList(known...), nil
}

// signed reads a head that a key of the log has signed.
func signed(raw []byte, origin string, verifiers note.Verifiers) (tlog.Tree, error) {
	opened, err := note.Open(raw, verifiers)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return tlog.Tree{}, errors.New("it is no head of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// heads has the newest first.
func heads(path, origin string, verifiers note.Verifiers) ([]head, error) {
	files, err := filepath.Glob(filepath.Join(path, "checkpoints", strings.Repeat("[0-9]", 20)))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var found []head
	for _, file := range append([]string{filepath.Join(path, "checkpoint")}, files...) {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		tree, err := signed(raw, origin, verifiers)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		found = append(found, head{file, tree})
	}
	return found, nil
}

// leaves checks that every entry of the bundles stands in the tree.
func leaves(path string, newest head, hashes tlog.HashReader) error {
	for first := int64(0); first < newest.N; first += 256 {
		width := newest.N - first
		if width > 256 {
			width = 256
		}
		bundle, err := readTile(path, "entries", first/256, int(width))
		if err != nil {
			return err
		}
		for index := first; index < first+width; index++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("entry %d: the bundle is cut", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			proof, err := tlog.ProveRecord(newest.N, index, hashes)
			if err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			hash := tlog.RecordHash(bundle[2:end])
			if err := tlog.CheckRecord(proof, newest.N, newest.Hash, index, hash); err != nil {
				return fmt.Errorf("entry %d: %w", index, err)
			}
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return fmt.Errorf("bundle %d: it does not end where its last entry does", first/256)
		}
	}
	return nil
}

func consistent(older, newest head, hashes tlog.HashReader) error {
	proof, err := tlog.ProveTree(newest.N, older.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, newest.N, newest.Hash, older.N, older.Hash)
}

// proven checks a C2SP tlog-proof.
func proven(file, origin string, verifiers note.Verifiers) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(raw), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("it is no proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := signed([]byte(parts[1]), origin, verifiers)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// readTile reads a tile or a bundle by itself, or the full one that took its place.
func readTile(path, level string, index int64, width int) ([]byte, error) {
	tile := tlog.Tile{H: height, L: 0, N: index, W: 1 << height}
	number := strings.TrimPrefix(tile.Path(), "tile/8/0/")
	full := filepath.Join(path, "tile", level, number)
	raw, err := os.ReadFile(full)
	if errors.Is(err, os.ErrNotExist) && width < 256 {
		return os.ReadFile(filepath.Join(full+".p", strconv.Itoa(width)))
	}
	return raw, err
}

func (f *folder) Height() int { return height }

func (f *folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f *folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		raw, known := f.tiles[tile]
		if !known {
			var err error
			if raw, err = readTile(f.path, strconv.Itoa(tile.L), tile.N, tile.W); err != nil {
				return nil, err
			}
			if len(raw) > tile.W*tlog.HashSize {
				raw = raw[:tile.W*tlog.HashSize]
			}
			f.tiles[tile] = raw
		}
		read = append(read, raw)
	}
	return read, nil
}
