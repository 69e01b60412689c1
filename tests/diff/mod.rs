//! `duecare diff`: what is compared, and how the difference is told.

mod formats;
mod git;
mod impact;
mod library;
mod shipped;
mod sides;
