//! The history of a policy.
