use std::fmt;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, Output, State, escape_formatter};

use serde::Serialize;

use super::clean::clean;
use super::{Highlights, Page};
use crate::engine::Engine;
use crate::run::RunSummary;

/// Most rows of a table.
const ROWS_MAX: usize = 20;

/// Why a page cannot be made: a fault of its template.
#[derive(Debug)]
pub struct CannotRender(Error);

impl fmt::Display for CannotRender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for CannotRender {}

impl From<Error> for CannotRender {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// The report of a run as one HTML file that needs nothing else: no script, no picture, no network.
///
/// # Errors
/// If the template of the page does not fit what it is given.
pub fn html_report(
    roster: &str,
    summary: &RunSummary,
    engines: &[Engine],
    highlights: &Highlights,
) -> Result<String, CannotRender> {
    render(include_str!("run.html"), &Page::new(roster, summary, engines, highlights, ROWS_MAX))
}

/// A page in the style that all pages have.
pub(super) fn render<P: Serialize>(template: &str, page: &P) -> Result<String, CannotRender> {
    let mut environment = escaping()?;
    environment.set_formatter(escape_cleaned);
    let template = environment.template_from_str(template)?;
    Ok(template.render(Serde(page))?)
}

/// The same of texts of which each can be seen already, and none is cut. `parts` are what the template includes.
pub(in crate::report) fn render_whole<P: Serialize>(
    template: &str,
    parts: &[(&'static str, &'static str)],
    page: &P,
) -> Result<String, CannotRender> {
    let mut environment = escaping()?;
    for (name, part) in parts {
        environment.add_template(name, part)?;
    }
    let template = environment.template_from_str(template)?;
    Ok(template.render(Serde(page))?)
}

/// Whatever a template is given is escaped. A template is read as the settings are when it is added: none comes
/// before them.
fn escaping() -> Result<Environment<'static>, CannotRender> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?;
    environment.set_syntax(syntax);
    environment.add_template("head.html", include_str!("head.html"))?;
    environment.add_template("style.css", include_str!("style.css"))?;
    Ok(environment)
}

/// Every text is made visible and escaped, wherever the template puts it.
fn escape_cleaned(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match value.as_str() {
        Some(text) => escape_formatter(out, state, &Value::from(clean(text))),
        None => escape_formatter(out, state, value),
    }
}
