//! `duecare diff`: what is compared, and how the difference is told.

mod formats;
mod git;
mod library;
mod shipped;
mod sides;
