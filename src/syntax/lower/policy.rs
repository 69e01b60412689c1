use super::{Lower, Node};
use crate::diagnostic::Code;
use crate::syntax::ast::{Days, Policy, Source, SourceItem};
use crate::syntax::grammar::Rule;
use crate::value::Malformed;

impl Lower<'_> {
    pub(super) fn policy(&mut self, node: Node<'_>) -> Option<Policy> {
        let version_node = node.find(Rule::version)?;
        let version = version_node
            .text()
            .parse::<semver::Version>()
            .map_err(|_| Malformed::expected("a version, as 1.0.0"));
        let mut policy = Policy {
            name: self.name(&node.find(Rule::name)?),
            version: self.parsed(&version_node, version)?,
            title: None,
            owner: None,
            status: None,
            effective: None,
            review_by: None,
            applies_to: None,
            uses: Vec::new(),
            notes: Vec::new(),
            span: self.place(&node),
        };
        for clause in node.children() {
            let first = clause.first();
            let text = first
                .clone()
                .filter(|first| first.rule() == Rule::text)
                .map(|text| self.text(text));
            match clause.rule() {
                Rule::title => self.once(&mut policy.title, &clause, "title", text),
                Rule::owner => self.once(&mut policy.owner, &clause, "owner", text),
                Rule::status => {
                    let status = first.map(|name| self.name(&name));
                    self.once(&mut policy.status, &clause, "status", status);
                }
                Rule::effective => {
                    let days = self.days(&clause);
                    self.once(&mut policy.effective, &clause, "effective", days);
                }
                Rule::review_by => {
                    let date = first.and_then(|date| self.date(&date));
                    self.once(&mut policy.review_by, &clause, "review by", date);
                }
                Rule::applies_to => {
                    let record = first.map(|name| self.name(&name));
                    self.once(&mut policy.applies_to, &clause, "applies to", record);
                }
                Rule::use_file => policy.uses.extend(text),
                Rule::note => policy.notes.extend(text),
                _ => {}
            }
        }
        Some(policy)
    }

    pub(super) fn source(&mut self, node: Node<'_>) -> Option<Source> {
        let mut source = Source {
            name: self.name(&node.find(Rule::name)?),
            title: None,
            issuer: None,
            issued: None,
            url: None,
            digest: None,
            notes: Vec::new(),
            items: Vec::new(),
            span: self.place(&node),
        };
        for clause in node.children() {
            let text = clause.find(Rule::text).map(|text| self.text(text));
            match clause.rule() {
                Rule::title => self.once(&mut source.title, &clause, "title", text),
                Rule::issuer => self.once(&mut source.issuer, &clause, "issuer", text),
                Rule::issued => {
                    let date = clause.first().and_then(|date| self.date(&date));
                    self.once(&mut source.issued, &clause, "issued", date);
                }
                Rule::url => self.once(&mut source.url, &clause, "url", text),
                Rule::digest => self.once(&mut source.digest, &clause, "digest", text),
                Rule::note => source.notes.extend(text),
                Rule::item => {
                    let name = clause.find(Rule::path_step).map(|name| self.name(&name));
                    let restates = clause
                        .children()
                        .into_iter()
                        .filter(|child| child.rule() == Rule::restates)
                        .filter_map(|restates| self.citation(restates))
                        .collect();
                    source.items.extend(name.zip(text).map(|(name, text)| SourceItem {
                        name,
                        text,
                        restates,
                    }));
                }
                _ => {}
            }
        }
        Some(source)
    }

    /// The one or two dates of `effective D [until D]` and `from D [until D]`.
    pub(super) fn days(&mut self, node: &Node<'_>) -> Option<Days> {
        let mut dates = node.children().into_iter();
        let from = self.date(&dates.next()?)?;
        let until = match dates.next() {
            Some(until) => Some(self.date(&until)?),
            None => None,
        };
        if until.is_some_and(|until| until <= from) {
            self.report(Code::DatesOutOfOrder, node, "the end does not come after the beginning");
            return None;
        }
        Some(Days { from, until, span: self.place(node) })
    }
}
