//! The tree compared with that of others (`ct-merkle`), and what is printed is read back, and nothing else.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use duecare::digest::Digest;
use duecare::ledger::canonical::Canonical;
use duecare::ledger::checkpoint::Checkpoint;
use duecare::ledger::key::PrivateKey;
use duecare::ledger::note::{KeyUse, Note, Vkey};
use duecare::ledger::tlog_proof::TlogProof;
use duecare::ledger::tree::{
    Frontier, consistency_proof, inclusion_proof, leaf_hash, root_of, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;
use sha2::Sha256;

use crate::support::dice::Dice;

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

/// The root of a complete subtree, by appending its leaves.
#[expect(clippy::unnecessary_wraps, reason = "proofs ask for what can fail")]
fn subtree(level: u32, index: u64) -> Result<Digest, ()> {
    let mut tree = Frontier::default();
    (index << level..(index + 1) << level)
        .for_each(|at| tree.append(leaf_hash(&leaf(at)), |_, _| {}));
    Ok(tree.root())
}

fn flat(path: &[Digest]) -> Vec<u8> {
    path.iter().flat_map(|hash| *hash.bytes()).collect()
}

/// Compares one size with the oracle: the root, and proofs for some indexes and older sizes.
fn compare(
    tree: &MemoryBackedTree<Sha256, Vec<u8>>,
    own: &Frontier,
    roots: &[Digest],
    places: &[u64],
) {
    let size = own.size();
    let root = own.root();
    assert_eq!(root.bytes().as_slice(), tree.root().as_bytes().as_slice(), "root of {size}");
    assert_eq!(root_of(0..size, &mut subtree), Ok(root));
    for &index in places.iter().filter(|place| **place < size) {
        let path = inclusion_proof(index, size, &mut subtree).unwrap();
        let theirs = tree.prove_inclusion(usize::try_from(index).unwrap());
        assert_eq!(flat(&path), theirs.as_bytes(), "inclusion of {index} in {size}");
        let hash = leaf_hash(&leaf(index));
        assert!(verify_inclusion(&hash, index, size, &path, &root));
        assert!(!verify_inclusion(&hash, index + 1, size, &path, &root) || size == 1);
        assert!(!verify_inclusion(&leaf_hash(b"other"), index, size, &path, &root));
    }
    for &old in places.iter().filter(|place| **place > 0 && **place < size) {
        let path = consistency_proof(old, size, &mut subtree).unwrap();
        let added = usize::try_from(size - old).unwrap();
        let theirs = tree.prove_consistency(added);
        assert_eq!(flat(&path), theirs.as_bytes(), "consistency of {old} with {size}");
        let old_root = roots[usize::try_from(old).unwrap()];
        assert!(verify_consistency((old, &old_root), (size, &root), &path));
        assert!(!verify_consistency((old, &root), (size, &root), &path));
        assert!(!verify_consistency((old, &old_root), (size, &old_root), &path));
    }
}

fn grow(
    sizes: u64,
    mut is_compared: impl FnMut(u64) -> bool,
    mut places: impl FnMut(u64) -> Vec<u64>,
) {
    let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut own = Frontier::default();
    let mut roots = vec![own.root()];
    for index in 0..sizes {
        theirs.push(leaf(index));
        own.append(leaf_hash(&leaf(index)), |_, _| {});
        roots.push(own.root());
        if is_compared(index + 1) {
            compare(&theirs, &own, &roots, &places(index + 1));
        }
    }
}

#[test]
fn trees_of_all_small_sizes_are_those_of_others() {
    grow(70, |_| true, |size| (0..size).collect());
}

#[test]
fn trees_of_further_sizes_are_those_of_others() {
    let mut dice = Dice::new(1);
    grow(
        300,
        |size| size > 70,
        |size| {
            let drawn = [dice.below(size), dice.below(size)];
            [0, 1, size / 2, size - 1].into_iter().chain(drawn).collect()
        },
    );
}

#[test]
fn large_trees_are_those_of_others() {
    let sizes = [1023, 1024, 1025, 4097, 20_000];
    grow(20_000, |size| sizes.contains(&size), |size| vec![0, 255, 256, size / 3, size - 1]);
}

/// Values of the canonical form.
fn canonical() -> impl Strategy<Value = Canonical> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Canonical::Text),
        any::<bool>().prop_map(Canonical::YesNo),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Canonical::Integer),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Canonical::Array),
            prop::collection::btree_map("[a-z][a-z0-9_]{0,6}", inner, 0..5)
                .prop_map(Canonical::Object),
        ]
    })
}

fn signed(size: u64, seed: u8) -> (Note, PrivateKey) {
    let key = PrivateKey::from_seed(&[seed; 32], "test.example/log", KeyUse::Log).unwrap();
    let root = Digest::of(&[seed]);
    let checkpoint = Checkpoint { origin: "test.example/log".to_owned(), size, root };
    (checkpoint.sign([&key]), key)
}

proptest! {
    #[test]
    fn canonical_values_are_read_back(value in canonical()) {
        prop_assert_eq!(Canonical::parse(&value.to_bytes()), Ok(value));
    }

    /// What is read has no other way to be written.
    #[test]
    fn canonical_bytes_are_the_only_ones(value in canonical(), at: prop::sample::Index, bit in 0..8_u8) {
        let mut bytes = value.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(other) = Canonical::parse(&bytes) {
            prop_assert_ne!(&other, &value);
            prop_assert_eq!(other.to_bytes(), bytes);
        }
    }

    #[test]
    fn heads_are_read_back(size: u64, seed: u8) {
        let (note, key) = signed(size, seed);
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &note);
        prop_assert!(read.is_signed_by(key.public()));
        let checkpoint = Checkpoint::parse(&read.text).unwrap();
        prop_assert_eq!(checkpoint.text(), read.text);
        let vkey = key.public().to_string();
        prop_assert_eq!(&Vkey::parse(&vkey).unwrap(), key.public());
    }

    #[test]
    fn a_head_with_a_flipped_bit_is_not_signed(size: u64, seed: u8, at: prop::sample::Index, bit in 0..8_u8) {
        let (note, key) = signed(size, seed);
        let mut bytes = note.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(!Note::parse(&bytes).is_ok_and(|note| note.is_signed_by(key.public())));
    }

    #[test]
    fn a_key_with_a_flipped_bit_is_none_or_another(seed: u8, at: prop::sample::Index, bit in 0..8_u8) {
        let (_, key) = signed(1, seed);
        let mut bytes = key.public().to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let read = String::from_utf8(bytes).ok().and_then(|text| Vkey::parse(&text).ok());
        prop_assert!(read.is_none_or(|read| read != *key.public()));
    }

    #[test]
    fn proofs_are_read_back_and_hold(index in 0..200_u64, more in 0..100_u64, at: prop::sample::Index, bit in 0..8_u8) {
        let size = index + 1 + more;
        let key = PrivateKey::from_seed(&[1; 32], "test.example/log", KeyUse::Log).unwrap();
        let root = root_of(0..size, &mut subtree).unwrap();
        let checkpoint = Checkpoint { origin: "test.example/log".to_owned(), size, root };
        let path = inclusion_proof(index, size, &mut subtree).unwrap();
        let proof = TlogProof { leaf: Some(leaf(index)), index, path, checkpoint: checkpoint.sign([&key]) };
        let mut bytes = proof.to_string().into_bytes();
        let read = TlogProof::parse(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&proof));
        prop_assert!(proof.holds());
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let holds = TlogProof::parse(&bytes)
            .is_ok_and(|proof| proof.holds() && proof.checkpoint.is_signed_by(key.public()));
        prop_assert!(!holds);
    }
}
