use super::Compared;
use super::told::Told;
use crate::report::page::{CannotRender, render_whole};

/// What changed, as one HTML file that needs nothing else: no script, no picture, no network. It prints on A4.
///
/// # Errors
/// If the template of the page does not fit what it is given.
pub fn difference_page(compared: &Compared<'_>) -> Result<String, CannotRender> {
    let parts = [
        ("difference.css", include_str!("difference.css")),
        ("sentence.html", include_str!("sentence.html")),
        ("change.html", include_str!("change.html")),
        ("impact.html", include_str!("impact.html")),
    ];
    render_whole(include_str!("page.html"), &parts, &Told::new(compared))
}
