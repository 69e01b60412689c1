# Day-to-day commands; `just` lists them.

default:
    @just --list

# What the bundled policy says about the bundled roster.
demo:
    cargo run --release -- demo

# All tests.
test:
    cargo test

# Layout and lints.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Everything that a change must pass.
ci:
    .ci/run

# Rewrite the pages and snapshots that are made from the program; read the difference before you commit it.
update:
    UPDATE_DOCS=1 TRYCMD=overwrite INSTA_UPDATE=always cargo test

# More generated policies and records than the usual run looks at.
soundness seed="1":
    PROPTEST_RNG_SEED={{seed}} cargo test --test main soundness

# A million faults of the disk under the ledger, every bit of a small one flipped, 100,000 of a large one; the bits
# take hours, and `DUECARE_PART=3/16 just faults` flips a part of them.
faults count="1000000":
    DUECARE_FAULTS={{count}} cargo test --release --test main ledger:: -- --nocapture

# Bugs planted in the ledger: the tests find every one.
planted:
    cargo test --features planted-bugs --test main ledger::planted

# Feed a parser or reader with mutated input for some minutes: `just fuzz policy`, `roster`, `folder`.
fuzz target minutes="10":
    tests/fuzz/seed
    cargo +stable fuzz run --fuzz-dir tests/fuzz --sanitizer none {{target}} -- -max_total_time=$(({{minutes}} * 60)) -max_len=40000

# Records per second, next to a plain parse of the same roster.
bench:
    cargo bench --bench evaluate

# What evidence costs: appends, runs with a ledger, verification, replay.
bench-ledger:
    benches/ledger/run

# Let verifiers that are not ours check a ledger, its export and altered copies: needs Go with golang.org/x/mod, Node, Python, OpenSSL.
interop:
    tests/interop/run

# Kill the program in the middle of recorded runs: nothing that it told may be missing.
kills count="10000":
    cargo build --release
    tests/kills/run {{count}}
