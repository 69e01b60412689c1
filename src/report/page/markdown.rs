use std::fmt::Write as _;

use super::clean::clean;
use super::found::{ControlRow, RuleRow};
use super::highlights::SubjectEntry;
use super::missing::{Missing, Reasons, SharedBy};
use super::{Highlights, LevelBar, Page, PolicyPart};
use crate::engine::Engine;
use crate::run::RunSummary;

/// Most rows of a table, and most subjects: a comment has room for 65,536 characters.
const ROWS_MAX: usize = 8;
const SUBJECTS_MAX: usize = 12;

/// The report of a run as Markdown, short enough for a comment on a pull request.
#[must_use]
pub fn markdown_report(
    roster: &str,
    summary: &RunSummary,
    engines: &[Engine],
    highlights: &Highlights,
) -> String {
    let page = Page::new(roster, summary, engines, highlights, ROWS_MAX);
    let mut text = format!(
        "## Screening report\n\nRoster {}, judged as of {}. **{} records = {} decided + {} refused.**\n\n",
        code(&page.roster),
        code(&page.as_of),
        page.records,
        page.decided,
        page.refused
    );
    for policy in page.policies.iter().filter(|policy| !policy.in_force) {
        let _ = writeln!(
            text,
            "> **{} {} is not in force on that day**: its decisions are a look at what it would say.\n",
            plain(&policy.title),
            plain(&policy.version)
        );
    }
    if page.is_several {
        text.push_str("By the most severe decision of each person:\n\n");
    }
    levels(&mut text, &page.levels);
    if page.has_open {
        let _ = writeln!(
            text,
            "{} of {} decisions are open: missing facts can still change them. Missing facts never clear anybody.\n",
            page.open, page.decided
        );
    }
    subjects(&mut text, &page);
    for policy in &page.policies {
        of_policy(&mut text, policy, page.is_several);
    }
    refused(&mut text, &page);
    for policy in &page.policies {
        let _ = writeln!(
            text,
            "{} {}, {}  ",
            plain(&policy.title),
            code(&policy.version),
            code(&policy.digest)
        );
    }
    let _ = writeln!(
        text,
        "\nA red flag asks for a closer look; it is not a finding of fact. duecare {}",
        page.engine
    );
    text
}

fn levels(text: &mut String, bars: &[LevelBar]) {
    table(text, &["Decision", "People:", "Share:", "Settled:", "Open:"], bars, |bar| {
        vec![
            plain(&bar.level),
            bar.subjects.clone(),
            format!("{} %", bar.share),
            bar.settled.clone(),
            bar.open.clone(),
        ]
    });
}

fn subjects(text: &mut String, page: &Page) {
    if page.subjects.is_empty() {
        return;
    }
    text.push_str("### People to look at first\n\n");
    let found = |subject: &SubjectEntry| {
        let hits = subject.policies.iter().flat_map(|policy| {
            let more = (policy.more_hits > 0).then(|| format!("and {} more", policy.more_hits));
            let hits = policy.hits.iter().map(|hit| {
                let law = if hit.is_prohibition { " **(forbidden by law)**" } else { "" };
                format!("{}{law}", plain(&hit.title))
            });
            let missing = (!policy.settled).then(|| format!("missing: {}", plain(&policy.missing)));
            hits.chain(more).chain(missing)
        });
        vec![code(&subject.subject), plain(&subject.level), hits.collect::<Vec<_>>().join("; ")]
    };
    let shown = page.subjects.get(..SUBJECTS_MAX).unwrap_or(&page.subjects);
    table(text, &["Who", "Decision", "Found"], shown, found);
    more(text, page.subjects.len().saturating_sub(SUBJECTS_MAX), "in the HTML report");
}

fn of_policy(text: &mut String, policy: &PolicyPart, is_several: bool) {
    let heading = if is_several { html(&policy.title) } else { "What was found".to_owned() };
    let _ = writeln!(text, "<details><summary>{heading}</summary>\n");
    if is_several {
        levels(text, &policy.levels);
    }
    let rule = |row: &RuleRow| {
        let law = if row.is_prohibition { " **(forbidden by law)**" } else { "" };
        vec![
            format!("{}{law}", plain(&row.title)),
            row.hit.clone(),
            row.unknown.clone(),
            row.clear.clone(),
        ]
    };
    table(
        text,
        &["Prohibition or red flag", "Found:", "Not known:", "Not found:"],
        &policy.rules,
        rule,
    );
    paragraph(text, &policy.other_rules);
    let control = |row: &ControlRow| {
        let (failed, undone) = (row.failed.clone(), row.undone.clone());
        vec![plain(&row.title), failed, undone, row.unknown.clone(), row.done.clone()]
    };
    let header = ["Check to be done", "Bad result:", "Not done:", "Not known:", "Done:"];
    table(text, &header, &policy.controls, control);
    paragraph(text, &policy.other_controls);
    let fact = |row: &Missing| vec![code(&row.path), row.subjects.clone(), row.alone.clone()];
    table(text, &["To collect next", "Missing for:", "Settles alone:"], &policy.missing, fact);
    more(text, policy.more_missing, "in the summary");
    shared(text, &policy.shared);
    paragraph(text, policy.uncompared.as_deref().unwrap_or_default());
    let left_out = |row: &RuleRow| vec![plain(&row.title), row.not_covered.clone()];
    let header = ["Not looked at: a fact is accepted as not collected", "People:"];
    table(text, &header, &policy.not_covered, left_out);
    reasons(text, "Taken as not known: cannot be read", &policy.bad_values);
    let field = |row: &Missing| vec![code(&row.path), row.subjects.clone()];
    table(text, &["Not used: no place in the policy", "People:"], &policy.unmapped, field);
    more(text, policy.more_unmapped, "in the summary");
    let header = ["Declared as not collected, and there", "People:"];
    table(text, &header, &policy.carried, field);
    text.push_str("</details>\n\n");
}

fn shared(text: &mut String, all: &[SharedBy]) {
    let row = |by: &SharedBy| {
        let groups: Vec<String> = by
            .groups
            .iter()
            .map(|group| {
                let more = if group.more > 0 {
                    format!(" and {} more", group.more)
                } else {
                    String::new()
                };
                format!("{}: {}{more}", group.count, code(&group.ids))
            })
            .collect();
        vec![code(&by.sharing), format!("{} of {}", by.compared, by.of), groups.join("; ")]
    };
    table(text, &["Shared by several", "Compared:", "Who"], all, row);
}

fn refused(text: &mut String, page: &Page) {
    if !page.has_refused {
        return;
    }
    text.push_str("### Records that were refused\n\nWhat they say was judged by nobody. Mend them and run again.\n\n");
    reasons(text, "Field", &page.refusals);
    table(text, &["Number:", "The first of them"], &page.first_refused, |row| {
        vec![row.number.to_string(), code(&row.reason)]
    });
}

fn reasons(text: &mut String, of: &str, reasons: &Reasons) {
    table(text, &[of, "Why", "Times:"], &reasons.rows, |row| {
        let path = if row.path.is_empty() { "record".to_owned() } else { code(&row.path) };
        vec![path, code(&row.why), row.count.clone()]
    });
    more(text, reasons.more, "in the summary");
}

/// A table; nothing if it has no rows. The cells of columns that end in `:` stand at the right.
fn table<T>(text: &mut String, header: &[&str], rows: &[T], cells: impl Fn(&T) -> Vec<String>) {
    if rows.is_empty() {
        return;
    }
    let names: Vec<&str> = header.iter().map(|name| name.trim_end_matches(':')).collect();
    let lines: Vec<&str> =
        header.iter().map(|name| if name.ends_with(':') { "---:" } else { "---" }).collect();
    let _ = writeln!(text, "| {} |\n| {} |", names.join(" | "), lines.join(" | "));
    for row in rows {
        let _ = writeln!(text, "| {} |", cells(row).join(" | "));
    }
    text.push('\n');
}

fn paragraph(text: &mut String, said: &str) {
    if !said.is_empty() {
        let _ = writeln!(text, "{}\n", plain(said));
    }
}

fn more(text: &mut String, count: usize, place: &str) {
    if count > 0 {
        let _ = writeln!(text, "and {count} more, {place}\n");
    }
}

/// A text as code, in which nothing is markup, no name is called and nothing is a link: the fence is
/// longer than any inside.
pub(in crate::report) fn code(text: &str) -> String {
    let text = clean(text).replace('|', "\\|");
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let is_bare = text.starts_with('`') || text.ends_with('`') || text.trim().is_empty();
    let blank = if is_bare { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// A text of a policy, in which every sign that could be markup stands for itself.
pub(in crate::report) fn plain(text: &str) -> String {
    let mut made = String::new();
    for letter in clean(text).chars() {
        match letter {
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '&' => made.push_str("&amp;"),
            // A letter without width keeps names from being called and numbers from being linked.
            '@' | '#' => {
                made.push('\\');
                made.push(letter);
                made.push('\u{200b}');
            }
            '.' | ',' | ';' | '(' | ')' | '\'' | '-' | '%' | '/' | '?' => made.push(letter),
            letter if letter.is_ascii_punctuation() => {
                made.push('\\');
                made.push(letter);
            }
            letter => made.push(letter),
        }
    }
    // What begins like an address would be made a link.
    made.replace("www.", "www\\.").replace("//", "\\//")
}

/// A text of a policy inside HTML, where Markdown is not read.
fn html(text: &str) -> String {
    let text = clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('@', "@\u{200b}").replace('#', "#\u{200b}")
}

#[cfg(test)]
mod tests {
    use super::{code, plain};

    #[test]
    fn texts_of_a_roster_are_code_whatever_they_hold() {
        assert_eq!(code("C-1001"), "`C-1001`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a|b\n</details>"), "`a\\|b </details>`");
        assert_eq!(code(""), "`  `");
    }

    #[test]
    fn texts_of_a_policy_stand_for_themselves() {
        assert_eq!(plain("<img src=x>"), "&lt;img src\\=x&gt;");
        assert_eq!(plain("![a](b) *c* |d|"), "\\!\\[a\\](b) \\*c\\* \\|d\\|");
        assert_eq!(plain("@team #1"), "\\@\u{200b}team \\#\u{200b}1");
        assert_eq!(plain("see https://a.example"), "see https\\:\\//a.example");
    }
}
