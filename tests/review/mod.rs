//! What changed between two versions: pairs of versions with what a reviewer has to be told, written by hand.

mod fixtures;
mod lines;
