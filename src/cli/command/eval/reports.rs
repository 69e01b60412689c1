use std::io::Write as _;
use std::path::Path;

use duecare::engine::Engine;
use duecare::report::{Highlights, html_report, markdown_report};
use duecare::run::RunSummary;

use crate::cli::exit::Failure;
use crate::cli::files::{self, Output};

/// A report that is written at the end of a run.
pub(super) struct Report {
    form: ReportForm,
    file: Output,
}

#[derive(Clone, Copy)]
enum ReportForm {
    Html,
    Markdown,
}

impl Report {
    /// Begins the file: that it can be written is known before the run.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let form = match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" => ReportForm::Html,
            "md" | "markdown" => ReportForm::Markdown,
            _ => {
                let shown = path.display();
                let message = format!("the name `{shown}` does not tell what report is asked for");
                return Err(Failure::input(message).hint("name a file that ends in .html or .md"));
            }
        };
        Ok(Self { form, file: Output::create(path)? })
    }

    pub(super) fn finish(
        mut self,
        roster: &Path,
        summary: &RunSummary,
        engines: &[Engine],
        highlights: &Highlights,
    ) -> Result<(), Failure> {
        let roster = if files::is_standard(roster) {
            "standard input".into()
        } else {
            roster.file_name().unwrap_or_default().to_string_lossy()
        };
        let text = match self.form {
            ReportForm::Html => {
                html_report(&roster, summary, engines, highlights).map_err(Failure::input)?
            }
            ReportForm::Markdown => markdown_report(&roster, summary, engines, highlights),
        };
        self.file.write_all(text.as_bytes())?;
        self.file.finish()
    }
}
