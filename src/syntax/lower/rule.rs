use super::{Lower, Node};
use crate::syntax::ast::{Answers, Control, Flag, Lasts, Prohibition, Raised, RuleClauses};
use crate::syntax::grammar::Rule;

impl Lower<'_> {
    pub(super) fn flag(&mut self, node: Node<'_>) -> Option<Flag> {
        let mut flag = Flag {
            clauses: self.rule_clauses(&node)?,
            severity: None,
            weight: None,
            raised: Vec::new(),
            innocent: None,
        };
        for clause in node.children() {
            match clause.rule() {
                Rule::severity => {
                    let severity = clause.first().map(|name| self.name(&name));
                    self.once(&mut flag.severity, &clause, "severity", severity);
                }
                Rule::weight => {
                    let weight = self.whole_number(&clause.find(Rule::number)?)?;
                    let because =
                        clause.find(Rule::because).and_then(|because| self.because(&because));
                    self.once(&mut flag.weight, &clause, "weight", Some((weight, because)));
                }
                Rule::raised => {
                    let raised = self.raised(&clause)?;
                    flag.raised.push(raised);
                }
                Rule::innocent => {
                    let text = clause.find(Rule::text).map(|text| self.text(text));
                    self.once(&mut flag.innocent, &clause, "innocent reasons", text);
                }
                _ => {}
            }
        }
        Some(flag)
    }

    fn raised(&mut self, node: &Node<'_>) -> Option<Raised> {
        Some(Raised {
            severity: self.name(&node.find(Rule::name)?),
            weight: self.whole_number(&node.find(Rule::number)?)?,
            when: self.condition(node.find(Rule::condition)?)?,
            span: self.place(node),
        })
    }

    pub(super) fn prohibition(&mut self, node: Node<'_>) -> Option<Prohibition> {
        self.rule_clauses(&node).map(|clauses| Prohibition { clauses })
    }

    pub(super) fn control(&mut self, node: Node<'_>) -> Option<Control> {
        let mut control = Control {
            clauses: self.rule_clauses(&node)?,
            met_when: None,
            failed_when: None,
            dated: None,
            lasts: Vec::new(),
            answers: Vec::new(),
            required_when: None,
        };
        for clause in node.children() {
            let condition = clause.find(Rule::condition);
            match clause.rule() {
                Rule::met_when => {
                    let condition = self.condition(condition?);
                    self.once(&mut control.met_when, &clause, "met when", condition);
                }
                Rule::failed_when => {
                    let condition = self.condition(condition?);
                    self.once(&mut control.failed_when, &clause, "failed when", condition);
                }
                Rule::required_when => {
                    let condition = self.condition(condition?);
                    self.once(&mut control.required_when, &clause, "required when", condition);
                }
                Rule::dated => {
                    let value = self.operand(clause.find(Rule::operand)?);
                    self.once(&mut control.dated, &clause, "dated", value);
                }
                Rule::lasts => {
                    let period = self.amount(clause.find(Rule::amount)?)?;
                    let when = match condition {
                        Some(condition) => Some(self.condition(condition)?),
                        None => None,
                    };
                    control.lasts.push(Lasts { period, when });
                }
                Rule::answers => {
                    let answers = self.answers(&clause)?;
                    control.answers.push(answers);
                }
                _ => {}
            }
        }
        Some(control)
    }

    fn answers(&mut self, node: &Node<'_>) -> Option<Answers> {
        let reducing_to = match node.find(Rule::reducing) {
            Some(reducing) => Some(self.whole_number(&reducing.find(Rule::number)?)?),
            None => None,
        };
        Some(Answers {
            flags: self.names(node.find(Rule::names)?),
            reducing_to,
            at_any_time: node.has(Rule::at_any_time),
        })
    }

    fn rule_clauses(&mut self, node: &Node<'_>) -> Option<RuleClauses> {
        let mut clauses = RuleClauses {
            name: self.name(&node.find(Rule::name)?),
            title: self.text(node.find(Rule::text)?),
            cites: Vec::new(),
            audience: Vec::new(),
            owner: None,
            replaces: Vec::new(),
            applies_when: None,
            when: None,
            says: None,
            respond: None,
            notes: Vec::new(),
            span: self.place(node),
        };
        for clause in node.children() {
            match clause.rule() {
                Rule::cites => clauses.cites.extend(self.citation(clause)),
                Rule::audience => clauses.audience.extend(self.names(clause.find(Rule::names)?)),
                Rule::replaces => clauses.replaces.extend(self.names(clause.find(Rule::names)?)),
                Rule::owner => {
                    let text = clause.find(Rule::text).map(|text| self.text(text));
                    self.once(&mut clauses.owner, &clause, "owner", text);
                }
                Rule::applies_when => {
                    let condition = self.condition(clause.find(Rule::condition)?)?;
                    self.once(&mut clauses.applies_when, &clause, "applies when", Some(condition));
                }
                Rule::when => {
                    let condition = self.condition(clause.find(Rule::condition)?)?;
                    self.once(&mut clauses.when, &clause, "when", Some(condition));
                }
                Rule::says => {
                    let text = clause.find(Rule::text).map(|text| self.text(text));
                    self.once(&mut clauses.says, &clause, "says", text);
                }
                Rule::respond => {
                    let text = clause.find(Rule::text).map(|text| self.text(text));
                    self.once(&mut clauses.respond, &clause, "respond", text);
                }
                Rule::note => {
                    clauses.notes.extend(clause.find(Rule::text).map(|text| self.text(text)));
                }
                _ => {}
            }
        }
        Some(clauses)
    }
}
