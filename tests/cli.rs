//! What the program prints, as a user sees it: `tests/cli/*.trycmd`.

#[test]
fn transcripts_are_what_the_program_prints() {
    trycmd::TestCases::new().env("COLUMNS", "100").env("NO_COLOR", "1").case("tests/cli/*.trycmd");
}
