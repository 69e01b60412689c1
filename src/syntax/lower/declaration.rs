use super::{Lower, Node};
use crate::diagnostic::Code;
use crate::syntax::ast::{
    Accepted, Cap, DatedValue, Decision, Define, Exception, Gap, LevelRule, List, ListFrom,
    NotCollected, Param, ParamValue, Rate, Rates, RatesFrom, SeverityWeight, Weights,
};
use crate::syntax::grammar::Rule;
use crate::value::Currency;

impl Lower<'_> {
    pub(super) fn param(&mut self, node: Node<'_>) -> Option<Param> {
        let value_type = match node.find(Rule::value_type) {
            Some(value_type) => Some(self.field_type(&value_type)?),
            None => None,
        };
        let value = match (node.find(Rule::param_value), node.find(Rule::param_dated)) {
            (Some(always), _) => ParamValue::Always {
                value: self.operand(always.find(Rule::operand)?)?,
                reasons: self.reasons(always.children()),
            },
            (None, Some(dated)) => {
                let mut values = Vec::new();
                for row in dated.children() {
                    values.push(self.dated_value(&row)?);
                }
                ParamValue::Dated(values)
            }
            (None, None) => return None,
        };
        Some(Param { name: self.name(&node.find(Rule::name)?), value_type, value })
    }

    fn dated_value(&mut self, node: &Node<'_>) -> Option<DatedValue> {
        let date = node.find(Rule::date)?;
        Some(DatedValue {
            from: self.date(&date)?,
            value: self.operand(node.find(Rule::operand)?)?,
            reasons: self.reasons(node.children()),
            span: self.place(&date),
        })
    }

    pub(super) fn list(&mut self, node: Node<'_>) -> Option<List> {
        let from = match (node.find(Rule::list_inline), node.find(Rule::list_file)) {
            (Some(inline), _) => {
                ListFrom::Inline(self.list_values(inline.find(Rule::list_literal)?)?)
            }
            (None, Some(file)) => {
                let stale_after = match file.find(Rule::period) {
                    Some(period) => Some(self.period(&period)?),
                    None => None,
                };
                ListFrom::File { path: self.text(file.find(Rule::text)?), stale_after }
            }
            (None, None) => return None,
        };
        Some(List {
            name: self.name(&node.find(Rule::name)?),
            value_type: self.field_type(&node.find(Rule::plain_type)?)?,
            from,
            reasons: self.reasons(node.children()),
        })
    }

    pub(super) fn rates(&mut self, node: Node<'_>) -> Option<Rates> {
        let to = self.currency(&node.find(Rule::currency)?)?;
        let mut dated = Vec::new();
        for row in node.children() {
            if row.rule() == Rule::rates_from {
                dated.push(self.rates_from(&row)?);
            }
        }
        Some(Rates { name: self.name(&node.find(Rule::name)?), to, dated })
    }

    fn rates_from(&mut self, node: &Node<'_>) -> Option<RatesFrom> {
        let date = node.find(Rule::date)?;
        let from = self.date(&date)?;
        let mut rates = Vec::new();
        for rate in node.children() {
            if rate.rule() == Rule::rate {
                rates.push(Rate {
                    currency: self.currency(&rate.find(Rule::currency)?)?,
                    value: self.number(&rate.find(Rule::number)?)?,
                    span: self.place(&rate),
                });
            }
        }
        Some(RatesFrom {
            from,
            rates,
            reasons: self.reasons(node.children()),
            span: self.place(&date),
        })
    }

    fn currency(&mut self, node: &Node<'_>) -> Option<Currency> {
        let parsed = Currency::parse(node.text());
        self.parsed(node, parsed)
    }

    pub(super) fn define(&mut self, node: Node<'_>) -> Option<Define> {
        Some(Define {
            name: self.name(&node.find(Rule::name)?),
            title: node.find(Rule::text).map(|text| self.text(text)),
            body: self.condition(node.find(Rule::condition)?)?,
        })
    }

    pub(super) fn exception(&mut self, node: Node<'_>) -> Option<Exception> {
        let mut exception = Exception {
            name: self.name(&node.find(Rule::name)?),
            title: self.text(node.find(Rule::text)?),
            excepts: Vec::new(),
            when: None,
            because: None,
            approved_by: None,
            in_force: None,
            cites: Vec::new(),
            notes: Vec::new(),
            span: self.place(&node),
        };
        for clause in node.children() {
            let text = clause.find(Rule::text).map(|text| self.text(text));
            match clause.rule() {
                Rule::excepts => exception.excepts.extend(self.names(clause.find(Rule::names)?)),
                Rule::when => {
                    let condition = self.condition(clause.find(Rule::condition)?)?;
                    self.once(&mut exception.when, &clause, "when", Some(condition));
                }
                Rule::because => self.once(&mut exception.because, &clause, "because", text),
                Rule::approved => {
                    self.once(&mut exception.approved_by, &clause, "approved by", text);
                }
                Rule::in_force => {
                    let days = self.days(&clause)?;
                    self.once(&mut exception.in_force, &clause, "from", Some(days));
                }
                Rule::cites => exception.cites.extend(self.citation(clause)),
                Rule::note => exception.notes.extend(text),
                _ => {}
            }
        }
        Some(exception)
    }

    pub(super) fn gap(&mut self, node: Node<'_>) -> Option<Gap> {
        let mut gap = Gap {
            name: self.name(&node.find(Rule::name)?),
            title: self.text(node.find(Rule::text)?),
            cites: Vec::new(),
            kind: None,
            because: None,
            accepted: None,
            notes: Vec::new(),
            span: self.place(&node),
        };
        for clause in node.children() {
            match clause.rule() {
                Rule::cites => gap.cites.extend(self.citation(clause)),
                Rule::gap_kind => {
                    let kind = clause.find(Rule::name).map(|name| self.name(&name));
                    self.once(&mut gap.kind, &clause, "kind", kind);
                }
                Rule::because => {
                    let text = self.because(&clause);
                    self.once(&mut gap.because, &clause, "because", text);
                }
                Rule::accepted => {
                    let accepted = self.accepted(&clause)?;
                    self.once(&mut gap.accepted, &clause, "accepted by", Some(accepted));
                }
                Rule::note => gap.notes.extend(clause.find(Rule::text).map(|text| self.text(text))),
                _ => {}
            }
        }
        Some(gap)
    }

    fn accepted(&mut self, node: &Node<'_>) -> Option<Accepted> {
        let mut accepted =
            Accepted { by: self.text(node.find(Rule::text)?), on: None, until: None };
        for clause in node.children() {
            match clause.rule() {
                Rule::accepted_on => {
                    let date = self.date(&clause.first()?)?;
                    self.once(&mut accepted.on, &clause, "on", Some(date));
                }
                Rule::accepted_until => {
                    let date = self.date(&clause.first()?)?;
                    self.once(&mut accepted.until, &clause, "until", Some(date));
                }
                _ => {}
            }
        }
        Some(accepted)
    }

    pub(super) fn not_collected(&mut self, node: Node<'_>) -> Option<NotCollected> {
        let mut not_collected = NotCollected {
            path: self.path(node.find(Rule::path)?),
            because: None,
            accepted: None,
            span: self.place(&node),
        };
        for clause in node.children() {
            match clause.rule() {
                Rule::because => {
                    let text = self.because(&clause);
                    self.once(&mut not_collected.because, &clause, "because", text);
                }
                Rule::accepted => {
                    let accepted = self.accepted(&clause)?;
                    self.once(&mut not_collected.accepted, &clause, "accepted by", Some(accepted));
                }
                _ => {}
            }
        }
        Some(not_collected)
    }

    pub(super) fn decision(&mut self, node: Node<'_>) -> Option<Decision> {
        let mut decision = Decision {
            levels: Vec::new(),
            must_have: Vec::new(),
            weights: None,
            caps: Vec::new(),
            level_rules: Vec::new(),
            unsettled: None,
            span: self.place(&node),
        };
        for clause in node.children() {
            match clause.rule() {
                Rule::levels if decision.levels.is_empty() => decision.levels = self.names(clause),
                Rule::levels => {
                    self.report(Code::ClauseRepeated, &clause, "`levels` is given twice");
                }
                Rule::must_have => {
                    decision
                        .must_have
                        .extend(clause.children().into_iter().map(|path| self.path(path)));
                }
                Rule::weights => {
                    let weights = self.weights(&clause)?;
                    self.once(&mut decision.weights, &clause, "weights", Some(weights));
                }
                Rule::cap => decision.caps.push(Cap {
                    limit: self.whole_number(&clause.find(Rule::number)?)?,
                    flags: self.names(clause.find(Rule::names)?),
                }),
                Rule::unsettled => {
                    let level = clause.first().map(|name| self.name(&name));
                    self.once(&mut decision.unsettled, &clause, "unsettled", level);
                }
                Rule::level_when => decision.level_rules.push(LevelRule {
                    level: self.name(&clause.find(Rule::name)?),
                    when: self.condition(clause.find(Rule::condition)?)?,
                }),
                _ => {}
            }
        }
        Some(decision)
    }

    fn weights(&mut self, node: &Node<'_>) -> Option<Weights> {
        let mut weights = Vec::new();
        for child in node.children() {
            if child.rule() == Rule::severity_weight {
                weights.push(SeverityWeight {
                    severity: self.name(&child.find(Rule::name)?),
                    weight: self.whole_number(&child.find(Rule::number)?)?,
                });
            }
        }
        Some(Weights { weights, reasons: self.reasons(node.children()), span: self.place(node) })
    }
}
