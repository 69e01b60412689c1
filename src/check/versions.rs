use super::Checked;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{PolicySet, Status};

/// Reports versions of one policy that do not belong together: another name, the same version twice,
/// two stable ones in force on one day, a hole between two.
pub fn check_versions(sink: &mut Sink, versions: &[Checked<PolicySet>]) {
    let Some(first) = versions.first() else {
        return;
    };
    for other in versions.iter().filter(|other| other.identity.name != first.identity.name) {
        let message = format!(
            "`{}` stands in one folder with `{}`",
            other.identity.name, first.identity.name
        );
        sink.push(
            Diagnostic::new(Code::VersionsApart, other.identity.span, message)
                .related(first.identity.span, "another policy")
                .hint("give every policy a folder of its own"),
        );
    }
    for (place, version) in versions.iter().enumerate() {
        let twin = versions
            .iter()
            .take(place)
            .find(|other| other.identity.version == version.identity.version);
        if let Some(twin) = twin {
            sink.push(
                Diagnostic::new(
                    Code::VersionsApart,
                    version.identity.span,
                    format!("version {} is there twice", version.identity.version),
                )
                .related(twin.identity.span, "the same version"),
            );
        }
    }
    let mut stable: Vec<&Checked<PolicySet>> =
        versions.iter().filter(|version| version.identity.status == Status::Stable).collect();
    stable.sort_by_key(|version| version.identity.effective.from);
    for (older, newer) in stable.iter().zip(stable.iter().skip(1)) {
        check_neighbours(sink, older, newer);
    }
}

fn check_neighbours(sink: &mut Sink, older: &PolicySet, newer: &PolicySet) {
    let (old, new) = (&older.identity, &newer.identity);
    let begins = new.effective.from;
    match old.effective.until {
        Some(until) if until < begins => sink.push(
            Diagnostic::new(
                Code::VersionsApart,
                new.effective.span,
                format!(
                    "from {until} until {begins} neither {} nor {} is in force",
                    old.version, new.version
                ),
            )
            .related(old.effective.span, format!("{} ends here", old.version)),
        ),
        Some(until) if until == begins => {}
        _ => sink.push(
            Diagnostic::new(
                Code::VersionsOverlap,
                new.effective.span,
                format!("on {begins} both {} and {} are in force", old.version, new.version),
            )
            .related(old.effective.span, format!("{} is in force here", old.version))
            .hint(format!("end version {} with `until {begins}`", old.version)),
        ),
    }
}
