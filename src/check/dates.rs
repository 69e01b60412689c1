use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{Acceptance, Citation, Days, PolicySet};
use crate::source::Span;
use crate::value::Date;

/// Reports dated values with holes or without effect, citations of what was not out yet, and
/// acceptances that have run out.
pub(super) fn check(sink: &mut Sink, policy: &PolicySet) {
    let effective = policy.identity.effective;
    for param in &policy.params {
        let rows: Vec<(Date, Span)> =
            param.values.iter().filter_map(|row| row.from.map(|from| (from, row.span))).collect();
        check_rows(sink, effective, &format!("parameter `{}`", param.name), &rows);
    }
    if let Some(rates) = &policy.rates {
        let rows: Vec<(Date, Span)> =
            rates.dated.iter().map(|row| (row.from, policy.identity.span)).collect();
        if rows.is_empty() {
            sink.push(Diagnostic::new(
                Code::DatedValueHole,
                policy.identity.span,
                format!("rates `{}` are empty", rates.name),
            ));
        }
        check_rows(sink, effective, &format!("rates `{}`", rates.name), &rows);
    }
    for rule in &policy.rules {
        check_citations(sink, policy, &rule.cites, effective);
    }
    for gap in &policy.gaps {
        check_citations(sink, policy, &gap.cites, effective);
        check_acceptance(sink, gap.accepted.as_ref(), effective, policy.identity.span, &gap.name);
    }
    for left_out in &policy.not_collected {
        let name = &left_out.path.shown;
        check_acceptance(sink, left_out.accepted.as_ref(), effective, left_out.path.span, name);
    }
    for row in policy.params.iter().flat_map(|param| &param.values) {
        check_citations(sink, policy, &row.cites, effective);
    }
}

/// Dated rows begin no later than the policy, rise, and each applies on some day of the policy.
fn check_rows(sink: &mut Sink, effective: Days, owner: &str, rows: &[(Date, Span)]) {
    if let Some((first, span)) = rows.first()
        && *first > effective.from
    {
        sink.push(
            Diagnostic::new(
                Code::DatedValueHole,
                *span,
                format!("{owner} has no value from {} until {first}", effective.from),
            )
            .hint(format!("give it a value from {}", effective.from)),
        );
    }
    for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
        if next.0 <= row.0 {
            sink.push(Diagnostic::new(
                Code::DatedValueDead,
                next.1,
                format!("the values of {owner} are not in the order of their dates"),
            ));
        } else if next.0 <= effective.from {
            sink.push(Diagnostic::new(
                Code::DatedValueDead,
                row.1,
                format!(
                    "this value of {owner} ends before the policy begins on {}",
                    effective.from
                ),
            ));
        }
    }
    for (from, span) in rows {
        if let Some(until) = effective.until.filter(|until| until <= from) {
            sink.push(Diagnostic::new(
                Code::DatedValueDead,
                *span,
                format!("this value of {owner} begins when the policy has ended on {until}"),
            ));
        }
    }
}

fn check_citations(sink: &mut Sink, policy: &PolicySet, cites: &[Citation], effective: Days) {
    for citation in cites {
        let source = policy.sources.get(citation.source.index());
        if let Some((source, issued)) =
            source.and_then(|source| source.issued.map(|issued| (source, issued)))
            && issued > effective.from
        {
            sink.push(Diagnostic::new(
                Code::CitesLaterSource,
                citation.span,
                format!(
                    "`{}` was issued on {issued}, and this version is in force from {}",
                    source.name, effective.from
                ),
            ));
        }
    }
}

fn check_acceptance(
    sink: &mut Sink,
    accepted: Option<&Acceptance>,
    effective: Days,
    span: Span,
    name: &str,
) {
    if let Some(until) =
        accepted.and_then(|accepted| accepted.until).filter(|until| *until <= effective.from)
    {
        sink.push(Diagnostic::new(
            Code::NotAccepted,
            span,
            format!("the acceptance of `{name}` ended on {until}, before the policy begins"),
        ));
    }
}
