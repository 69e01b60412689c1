//! Frames: what is written to a segment in one piece, and counts once it is there whole.

use sha2::{Digest as _, Sha256};

use super::planted::{self, Bug};
use super::tile::{leaves_of, push_leaf};
use crate::digest::Digest;

/// What every frame begins with.
pub(super) const FRAME_MAGIC: &[u8; 8] = b"dc-frame";

/// What every segment begins with.
pub(super) const SEGMENT_MAGIC: &[u8; 16] = b"duecare-segment1";

/// Bytes of the header of a segment.
pub(super) const SEGMENT_HEADER: usize = 96;

const FRAME_HEADER: usize = 56;
const DIGEST: usize = 32;
const VAULT_POSITION: usize = 52;

/// Largest body of a frame, in bytes: batches are much smaller.
const BODY_MAX: u32 = 64 * 1024 * 1024;

/// Some leaves, committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The index of its first leaf.
    pub(super) first: u64,
    /// The digest of the frame before it; zeros in the first.
    pub(super) previous: Digest,
    /// How far the vault reaches.
    pub(super) vault: VaultPosition,
    /// The signed head of the log with these leaves.
    pub(super) checkpoint: Vec<u8>,
    /// Its leaves.
    pub(super) leaves: Vec<Vec<u8>>,
}

/// How far the vault reached when a frame was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VaultPosition {
    /// Subjects with a key.
    pub(super) subjects: u64,
    /// The pack that is written to; 0 before the first.
    pub(super) pack: u32,
    /// Its length.
    pub(super) end: u64,
    /// The digest of what was added to packs for this frame.
    pub(super) added: Digest,
}

/// A frame that was read, and where it ends.
pub(super) struct FrameRead {
    pub(super) frame: Frame,
    pub(super) digest: Digest,
    /// The length of its bytes.
    pub(super) length: usize,
}

impl Frame {
    /// Its bytes, and the digest over them, with which they end.
    pub(super) fn to_bytes(&self) -> (Vec<u8>, Digest) {
        let mut bundle = Vec::new();
        for leaf in &self.leaves {
            push_leaf(&mut bundle, leaf);
        }
        let body = VAULT_POSITION + 2 + self.checkpoint.len() + bundle.len();
        let mut bytes = Vec::with_capacity(FRAME_HEADER + body + DIGEST);
        bytes.extend_from_slice(FRAME_MAGIC);
        bytes.extend_from_slice(&self.first.to_be_bytes());
        bytes.extend_from_slice(&saturated(self.leaves.len()).to_be_bytes());
        bytes.extend_from_slice(&saturated(body).to_be_bytes());
        bytes.extend_from_slice(self.previous.bytes());
        bytes.extend_from_slice(&self.vault.subjects.to_be_bytes());
        bytes.extend_from_slice(&self.vault.pack.to_be_bytes());
        bytes.extend_from_slice(&self.vault.end.to_be_bytes());
        bytes.extend_from_slice(self.vault.added.bytes());
        push_leaf(&mut bytes, &self.checkpoint);
        bytes.extend_from_slice(&bundle);
        let digest = Digest::of(&bytes);
        bytes.extend_from_slice(digest.bytes());
        (bytes, digest)
    }

    /// Reads the frame that these bytes begin with; nothing if they do not begin with a whole one.
    pub(super) fn parse(bytes: &[u8]) -> Option<FrameRead> {
        let mut rest = Bytes(bytes);
        if rest.array::<8>()? != FRAME_MAGIC {
            return None;
        }
        let first = u64::from_be_bytes(*rest.array()?);
        let count = u32::from_be_bytes(*rest.array()?);
        let body_length = u32::from_be_bytes(*rest.array()?);
        if body_length > BODY_MAX || count == 0 {
            return None;
        }
        let previous = Digest::from_bytes(*rest.array()?);
        let mut body = Bytes(rest.slice(usize::try_from(body_length).ok()?)?);
        let stated = Digest::from_bytes(*rest.array()?);
        let length = bytes.len() - rest.0.len();
        let digest = Digest::of(bytes.get(..length - DIGEST)?);
        if digest != stated && !planted::is(Bug::IgnoreFrameDigest) {
            return None;
        }
        let vault = VaultPosition {
            subjects: u64::from_be_bytes(*body.array()?),
            pack: u32::from_be_bytes(*body.array()?),
            end: u64::from_be_bytes(*body.array()?),
            added: Digest::from_bytes(*body.array()?),
        };
        let checkpoint_length = u16::from_be_bytes(*body.array()?);
        let checkpoint = body.slice(usize::from(checkpoint_length))?.to_vec();
        let leaves: Vec<Vec<u8>> = leaves_of(body.0)?.into_iter().map(<[u8]>::to_vec).collect();
        if leaves.len() != usize::try_from(count).ok()? {
            return None;
        }
        let frame = Self { first, previous, vault, checkpoint, leaves };
        Some(FrameRead { frame, digest, length })
    }
}

/// The header of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// Its number, from 1.
    pub(super) number: u64,
    /// The index of its first leaf.
    pub(super) first: u64,
    /// The digest of the last frame before it; zeros in the first segment.
    pub(super) previous: Digest,
}

impl SegmentHeader {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = SEGMENT_MAGIC.to_vec();
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.first.to_be_bytes());
        bytes.extend_from_slice(self.previous.bytes());
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        bytes.extend_from_slice(&digest);
        bytes
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = Bytes(bytes.get(..SEGMENT_HEADER)?);
        if rest.array::<16>()? != SEGMENT_MAGIC {
            return None;
        }
        let made = Self {
            number: u64::from_be_bytes(*rest.array()?),
            first: u64::from_be_bytes(*rest.array()?),
            previous: Digest::from_bytes(*rest.array()?),
        };
        (made.to_bytes() == bytes.get(..SEGMENT_HEADER)?).then_some(made)
    }
}

/// Bytes that are taken from the front.
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<&'b [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn slice(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

/// A length that a batch never comes near to.
fn saturated(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
