/// The name closest to what was written, if it is close enough to be meant: at most a third of its
/// letters differ.
pub(crate) fn did_you_mean<'n>(
    written: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    names
        .into_iter()
        .map(|name| {
            (strsim::damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase()), name)
        })
        .filter(|(distance, name)| {
            *distance * 3 <= name.chars().count().max(written.chars().count())
        })
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_only() {
        assert_eq!(did_you_mean("weigth", ["weight", "when"]), Some("weight"));
        assert_eq!(did_you_mean("kp", ["KP", "KR"]), Some("KP"));
        assert_eq!(did_you_mean("banana", ["weight", "when"]), None);
    }
}
