use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::entries_needed::entries_needed;
use super::{
    AskedOutcome, CapProgram, Compared, Condition, ConditionKind, ControlProgram, ExceptionProgram,
    Field, FlagProgram, Hops, InAny, InTheLast, Joint, LastsProgram, Longest, Members, MustHave,
    Node, NodeId, Operand, OperandKind, PeersId, PeersOf, PeersProgram, Program, RaisedProgram,
    RateTable, RuleBody, RuleProgram, Steps, ValueSet,
};
use crate::check::Checked;
use crate::hir::{
    self, Arithmetic, Collection, DefineBody, FieldPath, ParamConstant, ParamId, PolicySet, Root,
    RuleId,
};
use crate::source::Span;
use crate::types::{FieldSlot, RecordId, Type};
use crate::value::{Direction, Instant, Period, Value};

/// Why there is no program of a policy for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotCompile {
    /// A parameter or a table of rates has no value on the day, which is before the policy is in force.
    NotInForce {
        /// The parameter or table.
        name: String,
        /// The time of the evaluation.
        as_of: Instant,
    },
    /// The checker let something pass that has no meaning: a fault of this program, not of the policy.
    Fault(Span),
}

impl fmt::Display for CannotCompile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInForce { name, as_of } => {
                write!(f, "`{name}` has no value on {}: its first one begins later", as_of.date())
            }
            Self::Fault(span) => write!(
                f,
                "a condition at byte {} passed the checks and has no meaning; please report this",
                span.start
            ),
        }
    }
}

impl std::error::Error for CannotCompile {}

type Made<T> = Result<T, CannotCompile>;

impl Program {
    /// Makes the program of a policy for the time of an evaluation.
    ///
    /// # Errors
    /// If a dated value has none on that day, which can only be before the policy is in force.
    pub fn compile(policy: &Checked<PolicySet>, as_of: Instant) -> Result<Self, CannotCompile> {
        let compiler = Compiler {
            policy,
            as_of,
            nodes: Vec::new(),
            names: Vec::new(),
            peers: Vec::new(),
            windows: Vec::new(),
            asks_known: false,
        };
        compiler.require_values()?;
        compiler.program()
    }
}

struct Compiler<'h> {
    policy: &'h PolicySet,
    as_of: Instant,
    nodes: Vec<Node>,
    names: Vec<String>,
    peers: Vec<PeersProgram>,
    /// The field that says when an element happened, for each window around.
    windows: Vec<FieldSlot>,
    /// Whether a condition asks what is known.
    asks_known: bool,
}

impl Compiler<'_> {
    /// Every parameter has a value on the day, so the rest need not ask again.
    fn require_values(&self) -> Made<()> {
        let missing =
            |name: &str| CannotCompile::NotInForce { name: name.to_owned(), as_of: self.as_of };
        for (place, param) in self.policy.params.iter().enumerate() {
            if self.param_row(ParamId(place)).is_none() {
                return Err(missing(&param.name));
            }
        }
        match &self.policy.rates {
            Some(rates) if rates.dated.iter().all(|row| row.from > self.as_of.date()) => {
                Err(missing(&rates.name))
            }
            _ => Ok(()),
        }
    }

    fn program(mut self) -> Made<Program> {
        let today = self.as_of.date();
        let policy = self.policy;
        let in_force: Vec<(usize, &hir::Exception)> = policy
            .exceptions
            .iter()
            .enumerate()
            .filter(|(_, exception)| exception.in_force.contains(today))
            .collect();
        let exceptions = in_force
            .iter()
            .map(|(place, exception)| {
                Ok(ExceptionProgram {
                    place: *place,
                    when: self.optional(exception.when.as_ref())?,
                })
            })
            .collect::<Made<_>>()?;
        let relieving = |rule: RuleId| {
            let places = in_force.iter().enumerate();
            places
                .filter(|(_, (_, exception))| exception.excepts.contains(&rule))
                .map(|(place, _)| place)
                .collect::<Vec<_>>()
        };
        let rules = policy
            .rules
            .iter()
            .enumerate()
            .map(|(place, rule)| self.rule(RuleId(place), rule, relieving(RuleId(place))))
            .collect::<Made<_>>()?;
        let levels = policy
            .decision
            .levels
            .iter()
            .map(|level| self.optional(level.when.as_ref()))
            .collect::<Made<_>>()?;
        let rates = policy.rates.as_ref().and_then(|rates| {
            let row = rates.dated.iter().rev().find(|row| row.from <= today)?;
            let rates_of_day = row.rates.iter().map(|(currency, rate)| (*currency, rate.decimal()));
            Some(RateTable { to: rates.to, rates: rates_of_day.collect() })
        });
        Ok(Program {
            as_of: self.as_of,
            schema: policy.schema.clone(),
            subject: policy.subject,
            indicators: indicators(policy),
            rules,
            exceptions,
            levels,
            unsettled: policy.decision.unsettled,
            must_have: policy
                .decision
                .must_have
                .iter()
                .map(|path| MustHave {
                    steps: path.steps.iter().map(|step| step.slot).collect(),
                    shown: path.shown.clone(),
                })
                .collect(),
            caps: policy
                .decision
                .caps
                .iter()
                .map(|cap| CapProgram { limit: cap.limit, flags: cap.flags.clone() })
                .collect(),
            uncapped: uncapped(policy),
            asks_known: self.asks_known,
            not_collected: policy
                .not_collected
                .iter()
                .filter(|left_out| {
                    let accepted = left_out.accepted.as_ref();
                    accepted.is_none_or(|accepted| accepted.is_in_force(today))
                })
                .map(|left_out| left_out.path.steps.iter().map(|step| step.slot).collect())
                .collect(),
            rates,
            peers: self.peers,
            nodes: self.nodes,
            names: self.names,
        })
    }

    fn optional(&mut self, condition: Option<&hir::Condition>) -> Made<Option<Condition>> {
        condition.map(|condition| self.condition(condition)).transpose()
    }

    fn all(&mut self, conditions: &[hir::Condition]) -> Made<Vec<Condition>> {
        conditions.iter().map(|condition| self.condition(condition)).collect()
    }

    fn in_window(&mut self, time: FieldSlot, condition: &hir::Condition) -> Made<Condition> {
        self.windows.push(time);
        let made = self.condition(condition);
        self.windows.pop();
        made
    }

    fn boxed(&mut self, condition: &hir::Condition) -> Made<Box<Condition>> {
        self.condition(condition).map(Box::new)
    }

    fn boxed_operand(&mut self, operand: &hir::Operand) -> Made<Box<Operand>> {
        self.operand(operand).map(Box::new)
    }

    fn rule(&mut self, id: RuleId, rule: &hir::Rule, exceptions: Vec<usize>) -> Made<RuleProgram> {
        let applies_when = self.optional(rule.applies_when.as_ref())?;
        let in_exceptions =
            self.policy.exceptions.iter().filter(|other| other.excepts.contains(&id));
        let may_stay_unknown = rule
            .conditions()
            .chain(in_exceptions.filter_map(|exception| exception.when.as_ref()))
            .any(|condition| self.may_stay_unknown(condition));
        let body = match &rule.body {
            hir::RuleBody::Prohibition { when } => {
                RuleBody::Prohibition { when: self.condition(when)? }
            }
            hir::RuleBody::Flag(flag) => RuleBody::Flag(FlagProgram {
                when: self.condition(&flag.when)?,
                severity: flag.severity,
                weight: flag.weight,
                raised: flag
                    .raised
                    .iter()
                    .map(|raised| {
                        Ok(RaisedProgram {
                            severity: raised.severity,
                            weight: raised.weight,
                            when: self.condition(&raised.when)?,
                        })
                    })
                    .collect::<Made<_>>()?,
            }),
            hir::RuleBody::Control(control) => RuleBody::Control(Box::new(self.control(control)?)),
        };
        let comparisons = self.comparisons(rule);
        Ok(RuleProgram { applies_when, exceptions, may_stay_unknown, comparisons, body })
    }

    fn control(&mut self, control: &hir::ControlRule) -> Made<ControlProgram> {
        Ok(ControlProgram {
            met_when: self.condition(&control.met_when)?,
            failed_when: self.optional(control.failed_when.as_ref())?,
            dated: control.dated.as_ref().map(|dated| self.operand(dated)).transpose()?,
            lasts: control
                .lasts
                .iter()
                .map(|lasts| {
                    Ok(LastsProgram {
                        period: self.period(&lasts.period)?,
                        when: self.optional(lasts.when.as_ref())?,
                    })
                })
                .collect::<Made<_>>()?,
            answers: control.answers.clone(),
            required_when: self.optional(control.required_when.as_ref())?,
        })
    }

    fn node(&mut self, span: Span, joint: Joint) -> NodeId {
        let node = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { span, joint });
        node
    }

    fn condition(&mut self, condition: &hir::Condition) -> Made<Condition> {
        let joint = match &condition.kind {
            hir::ConditionKind::And(_) => Joint::All,
            hir::ConditionKind::Or(_) => Joint::Any,
            hir::ConditionKind::AtLeast { count, .. } => Joint::AtLeast(self.whole(count)?),
            hir::ConditionKind::Not(_) => Joint::Not,
            hir::ConditionKind::Define(_) => Joint::Named,
            hir::ConditionKind::Field(_)
            | hir::ConditionKind::Rule { .. }
            | hir::ConditionKind::Rules { .. }
            | hir::ConditionKind::Has(_)
            | hir::ConditionKind::IsKnown(_)
            | hir::ConditionKind::Equal(..)
            | hir::ConditionKind::OneOf { .. }
            | hir::ConditionKind::Order { .. }
            | hir::ConditionKind::Exists(_)
            | hir::ConditionKind::Every { .. }
            | hir::ConditionKind::InAny { .. }
            | hir::ConditionKind::InTheLast { .. }
            | hir::ConditionKind::Inconsistent { .. }
            | hir::ConditionKind::Assume { .. }
            | hir::ConditionKind::Mistake => Joint::Alone,
        };
        let node = self.node(condition.span, joint);
        let kind = match &condition.kind {
            hir::ConditionKind::Field(path) => ConditionKind::Field(field(path)),
            hir::ConditionKind::Define(id) => {
                match self.policy.defines.get(id.index()).map(|define| &define.body) {
                    Some(DefineBody::Condition(body)) => {
                        ConditionKind::And(vec![self.condition(body)?])
                    }
                    Some(DefineBody::Operand(_)) | None => {
                        return Err(CannotCompile::Fault(condition.span));
                    }
                }
            }
            hir::ConditionKind::Rule { rule, outcome } => {
                ConditionKind::Rule(AskedOutcome { rule: *rule, outcome: *outcome })
            }
            hir::ConditionKind::Rules { at_least, severity, kind, outcome } => {
                ConditionKind::Rules {
                    at_least: self.whole(at_least)?,
                    severity: *severity,
                    kind: *kind,
                    outcome: *outcome,
                }
            }
            hir::ConditionKind::Not(inner) => ConditionKind::Not(self.boxed(inner)?),
            hir::ConditionKind::And(parts) => ConditionKind::And(self.all(parts)?),
            hir::ConditionKind::Or(parts) => ConditionKind::Or(self.all(parts)?),
            hir::ConditionKind::AtLeast { count, of } => {
                ConditionKind::AtLeast { count: self.whole(count)?, of: self.all(of)? }
            }
            hir::ConditionKind::Has(path) => ConditionKind::Has(field(path)),
            hir::ConditionKind::IsKnown(path) => {
                self.asks_known = true;
                ConditionKind::IsKnown(field(path))
            }
            hir::ConditionKind::Equal(left, right) => {
                ConditionKind::Equal(self.boxed_operand(left)?, self.boxed_operand(right)?)
            }
            hir::ConditionKind::OneOf { value, list } => ConditionKind::OneOf {
                value: self.boxed_operand(value)?,
                set: Box::new(self.set(value.of, list)?),
                is_stale: matches!(list, Collection::List(id) if self.is_stale(*id)),
            },
            hir::ConditionKind::Order { order, left, right } => ConditionKind::Order {
                order: *order,
                left: self.boxed_operand(left)?,
                right: self.boxed_operand(right)?,
            },
            hir::ConditionKind::Exists(members) => {
                ConditionKind::Exists(self.boxed_members(members)?)
            }
            hir::ConditionKind::Every { members, condition } => ConditionKind::Every {
                members: self.boxed_members(members)?,
                condition: self.boxed(condition)?,
            },
            hir::ConditionKind::InAny { window, condition } => {
                ConditionKind::InAny(Box::new(self.in_any(window, condition)?))
            }
            hir::ConditionKind::InTheLast { window, condition } => {
                let period = self.period(&window.period)?;
                ConditionKind::InTheLast(Box::new(InTheLast {
                    members: self.members(&window.members)?,
                    from: self.as_of.plus(period, Direction::Earlier).unwrap_or(Instant::FIRST),
                    time: window.time,
                    condition: self.in_window(window.time, condition)?,
                }))
            }
            hir::ConditionKind::Inconsistent { paths, allowing } => ConditionKind::Inconsistent {
                compared: paths.iter().map(|path| self.compared(path)).collect::<Made<_>>()?,
                allowing: allowing.as_ref().map(|allowing| self.percent(allowing)).transpose()?,
            },
            hir::ConditionKind::Assume { condition, assumed } => {
                ConditionKind::Assume { condition: self.boxed(condition)?, assumed: *assumed }
            }
            hir::ConditionKind::Mistake => return Err(CannotCompile::Fault(condition.span)),
        };
        Ok(Condition { node, kind })
    }

    fn in_any(&mut self, window: &hir::Window, condition: &hir::Condition) -> Made<InAny> {
        let level =
            u8::try_from(self.windows.len()).map_err(|_| CannotCompile::Fault(condition.span))?;
        let members = self.members(&window.members)?;
        let condition = self.in_window(window.time, condition)?;
        Ok(InAny {
            members,
            period: self.period(&window.period)?,
            time: window.time,
            per: window.per.as_ref().map(field),
            entries_needed: entries_needed(&condition, level),
            condition,
        })
    }

    fn operand(&mut self, operand: &hir::Operand) -> Made<Operand> {
        let node = self.node(operand.span, Joint::Alone);
        let name = operand.name.as_ref().map(|name| {
            self.names.push(name.clone());
            self.names.len() - 1
        });
        let kind = match &operand.kind {
            hir::OperandKind::Constant(_) | hir::OperandKind::Param(_) => {
                OperandKind::Constant(self.constant(operand)?)
            }
            hir::OperandKind::Field(path) => OperandKind::Field(field(path)),
            hir::OperandKind::Define(id) => {
                return match self.policy.defines.get(id.index()).map(|define| &define.body) {
                    Some(DefineBody::Operand(inner)) => {
                        Ok(Operand { name, ..self.operand(inner)? })
                    }
                    Some(DefineBody::Condition(_)) | None => {
                        Err(CannotCompile::Fault(operand.span))
                    }
                };
            }
            hir::OperandKind::AsOf => OperandKind::Constant(Value::Instant(self.as_of)),
            hir::OperandKind::Score => OperandKind::Score,
            hir::OperandKind::Arithmetic { operator, left, right } => {
                self.arithmetic(*operator, left, right)?
            }
            hir::OperandKind::Count(members) => OperandKind::Count(self.boxed_members(members)?),
            hir::OperandKind::CountDistinct(members) => {
                OperandKind::CountDistinct(self.boxed_members(members)?)
            }
            hir::OperandKind::CountPeers(peers) => OperandKind::CountPeers(self.peers(peers)?),
            hir::OperandKind::Aggregate { aggregation, members } => OperandKind::Aggregate {
                aggregation: *aggregation,
                members: self.boxed_members(members)?,
            },
            hir::OperandKind::Share { members, having, over } => {
                let over = over.as_ref().map(|over| self.whole(over)).transpose()?;
                OperandKind::Share {
                    members: self.boxed_members(members)?,
                    having: self.boxed(having)?,
                    over: over.unwrap_or(1).max(1),
                }
            }
            hir::OperandKind::Longest { members, per, gap } => {
                self.longest(members, per.as_ref(), gap)?
            }
            hir::OperandKind::Similarity(left, right) => {
                OperandKind::Similarity(self.boxed_operand(left)?, self.boxed_operand(right)?)
            }
            hir::OperandKind::Months(_) | hir::OperandKind::Mistake => {
                return Err(CannotCompile::Fault(operand.span));
            }
        };
        Ok(Operand { node, of: operand.of, name, kind })
    }

    /// Dates and instants move by fixed periods on the calendar; all else is arithmetic.
    fn arithmetic(
        &mut self,
        operator: Arithmetic,
        left: &hir::Operand,
        right: &hir::Operand,
    ) -> Made<OperandKind> {
        let is_time = matches!(left.of, Type::Date | Type::Instant);
        let period = is_time.then(|| self.constant_period(right)).flatten();
        let direction = match operator {
            Arithmetic::Plus => Some(Direction::Later),
            Arithmetic::Minus => Some(Direction::Earlier),
            Arithmetic::Times | Arithmetic::DividedBy => None,
        };
        if let Some((period, direction)) = period.zip(direction) {
            return Ok(OperandKind::Moved { base: self.boxed_operand(left)?, period, direction });
        }
        Ok(OperandKind::Arithmetic {
            operator,
            left: self.boxed_operand(left)?,
            right: self.boxed_operand(right)?,
        })
    }

    fn longest(
        &mut self,
        members: &hir::Members,
        per: Option<&FieldPath>,
        gap: &hir::Operand,
    ) -> Made<OperandKind> {
        let fault = CannotCompile::Fault(members.span);
        let Value::Duration(length) = self.constant(gap)? else { return Err(fault) };
        let Type::Record(record) = members.path.of else { return Err(fault) };
        let record = self.policy.schema.record(record);
        Ok(OperandKind::Longest(Box::new(Longest {
            members: self.members(members)?,
            per: per.map(field),
            gap: length,
            time: record.time.ok_or(fault)?,
            end: record.end,
        })))
    }

    fn boxed_members(&mut self, members: &hir::Members) -> Made<Box<Members>> {
        self.members(members).map(Box::new)
    }

    fn members(&mut self, members: &hir::Members) -> Made<Members> {
        let (hops, tail) = split(&members.path);
        let time = match members.path.root {
            Root::Window(level) => self.windows.get(usize::from(level)).copied(),
            Root::Subject | Root::Element(_) => self
                .outermost_record(&members.path)
                .and_then(|record| self.policy.schema.record(record).time),
        };
        let behind = members.element_steps;
        Ok(Members {
            root: members.path.root,
            hops,
            tail,
            tail_none_at: members
                .path
                .none_at
                .iter()
                .filter_map(|place| place.checked_sub(behind))
                .collect(),
            derived: members.path.derived,
            of: members.path.of,
            filter: members.filter.as_ref().map(|filter| self.boxed(filter)).transpose()?,
            time,
        })
    }

    /// A comparison that a definition writes out at several places is made once.
    fn peers(&mut self, peers: &hir::Peers) -> Made<PeersId> {
        if let Some(place) = self.peers.iter().position(|known| known.span == peers.span) {
            return Ok(PeersId(place));
        }
        let of = match &peers.of {
            hir::PeersOf::Record(filter) => PeersOf::Record(self.optional(filter.as_deref())?),
            hir::PeersOf::Elements(members) => PeersOf::Elements(self.members(members)?),
        };
        let shown: Vec<&str> = peers.keys.iter().map(|key| key.shown.as_str()).collect();
        self.peers.push(PeersProgram {
            of,
            keys: peers.keys.iter().map(field).collect(),
            span: peers.span,
            shown: shown.join(", "),
        });
        Ok(PeersId(self.peers.len() - 1))
    }

    fn compared(&mut self, path: &FieldPath) -> Made<Compared> {
        let is_window = matches!(path.root, Root::Window(_));
        let lists = path.steps.iter().filter(|step| step.list).count() + usize::from(is_window);
        if lists == 0 {
            return Ok(Compared::One(field(path)));
        }
        let element_steps =
            path.steps.iter().rposition(|step| step.list).map_or(0, |last| last + 1);
        let whole =
            hir::Members { path: path.clone(), element_steps, filter: None, span: path.span };
        let whole = self.members(&whole)?;
        if lists == 1 {
            return Ok(Compared::Each(whole));
        }
        let outer = usize::from(!is_window);
        let of = Members {
            hops: whole.hops.iter().take(outer).cloned().collect(),
            tail: Steps::new(),
            tail_none_at: Box::default(),
            derived: None,
            ..whole.clone()
        };
        let values =
            Members { hops: whole.hops.iter().skip(outer).cloned().collect(), time: None, ..whole };
        Ok(Compared::Sets { of, values })
    }

    /// The record type of the elements of the outermost list of a path.
    fn outermost_record(&self, path: &FieldPath) -> Option<RecordId> {
        let mut of = match path.root {
            Root::Subject => Type::Record(self.policy.subject),
            Root::Element(_) | Root::Window(_) => return None,
        };
        for step in &path.steps {
            let Type::Record(record) = of else { return None };
            of = self.policy.schema.record(record).at(step.slot)?.shape.of;
            if step.list {
                return of.record();
            }
        }
        None
    }

    fn set(&self, of: Type, list: &Collection) -> Made<ValueSet> {
        let values: Vec<Value<'static>> = match list {
            Collection::Values(operands) => {
                operands.iter().map(|operand| self.constant(operand)).collect::<Made<_>>()?
            }
            Collection::Param(id) => self.param_values(*id),
            Collection::List(id) => self
                .policy
                .lists
                .get(id.index())
                .map(|list| list.values.clone())
                .unwrap_or_default(),
        };
        let holds_addresses = matches!(values.first(), Some(Value::Ip(_)));
        Ok(if of == Type::Text {
            ValueSet::patterns(&values)
        } else if of == Type::Ip && !holds_addresses {
            ValueSet::networks(&values)
        } else {
            ValueSet::keys(&values)
        })
    }

    fn param_row(&self, id: ParamId) -> Option<&hir::ParamValue> {
        self.policy.params.get(id.index())?.in_force(self.as_of.date())
    }

    fn param_values(&self, id: ParamId) -> Vec<Value<'static>> {
        let constants = self.param_row(id).into_iter().flat_map(|row| &row.values);
        constants
            .filter_map(|constant| match constant {
                ParamConstant::Value(value) => Some(value.clone()),
                ParamConstant::Months(_) => None,
            })
            .collect()
    }

    fn constant(&self, operand: &hir::Operand) -> Made<Value<'static>> {
        match &operand.kind {
            hir::OperandKind::Constant(value) => Some(value.clone()),
            hir::OperandKind::Param(id) => self.param_values(*id).into_iter().next(),
            hir::OperandKind::Months(_)
            | hir::OperandKind::Field(_)
            | hir::OperandKind::Define(_)
            | hir::OperandKind::AsOf
            | hir::OperandKind::Score
            | hir::OperandKind::Arithmetic { .. }
            | hir::OperandKind::Count(_)
            | hir::OperandKind::CountDistinct(_)
            | hir::OperandKind::CountPeers(_)
            | hir::OperandKind::Aggregate { .. }
            | hir::OperandKind::Share { .. }
            | hir::OperandKind::Longest { .. }
            | hir::OperandKind::Similarity(..)
            | hir::OperandKind::Mistake => None,
        }
        .ok_or(CannotCompile::Fault(operand.span))
    }

    fn constant_period(&self, operand: &hir::Operand) -> Option<Period> {
        if let hir::OperandKind::Param(id) = &operand.kind {
            return match self.param_row(*id)?.values.first()? {
                ParamConstant::Months(months) => Some(Period::Months(*months)),
                ParamConstant::Value(Value::Duration(duration)) => Some(Period::Exact(*duration)),
                ParamConstant::Value(_) => None,
            };
        }
        operand.constant_period()
    }

    fn period(&self, operand: &hir::Operand) -> Made<Period> {
        self.constant_period(operand).ok_or(CannotCompile::Fault(operand.span))
    }

    fn percent(&self, operand: &hir::Operand) -> Made<Decimal> {
        if let Value::Percent(percent) = self.constant(operand)? {
            Ok(percent.decimal())
        } else {
            Err(CannotCompile::Fault(operand.span))
        }
    }

    fn whole(&self, operand: &hir::Operand) -> Made<usize> {
        let Value::Number(number) = self.constant(operand)? else {
            return Err(CannotCompile::Fault(operand.span));
        };
        number.decimal().to_usize().ok_or(CannotCompile::Fault(operand.span))
    }

    fn may_be_stale(&self, condition: &hir::Condition) -> bool {
        let hir::ConditionKind::OneOf { list: Collection::List(id), .. } = &condition.kind else {
            return false;
        };
        self.is_stale(*id)
    }

    fn is_stale(&self, id: hir::ListId) -> bool {
        let list = self.policy.lists.get(id.index());
        list.is_some_and(|list| list.is_stale(self.as_of.date()))
    }

    /// The comparisons between subjects that a rule makes.
    fn comparisons(&self, rule: &hir::Rule) -> Vec<PeersId> {
        let mut found = Vec::new();
        for condition in rule.conditions() {
            self.policy.walk(condition, &mut |part| {
                if let hir::Part::Operand(operand) = part
                    && let hir::OperandKind::CountPeers(peers) = &operand.kind
                {
                    found.extend(self.peers.iter().position(|known| known.span == peers.span));
                }
            });
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(PeersId).collect()
    }

    fn may_stay_unknown(&self, condition: &hir::Condition) -> bool {
        let mut may = false;
        self.policy.walk(condition, &mut |part| {
            may |= match part {
                hir::Part::Path(path) => path.of == Type::Money,
                hir::Part::Operand(operand) => matches!(
                    operand.kind,
                    hir::OperandKind::Arithmetic { .. }
                        | hir::OperandKind::Aggregate { .. }
                        | hir::OperandKind::CountPeers(_)
                ),
                hir::Part::Condition(condition) => self.may_be_stale(condition),
                hir::Part::Members(_) => false,
            };
        });
        may
    }
}

fn field(path: &FieldPath) -> Field {
    Field {
        root: path.root,
        steps: path.steps.iter().map(|step| step.slot).collect(),
        derived: path.derived,
        of: path.of,
        none_at: path.none_at.clone().into(),
    }
}

/// The hops from list to list, and the steps behind the last.
fn split(path: &FieldPath) -> (Hops, Steps) {
    let mut hops = Hops::new();
    let mut current = Steps::new();
    for step in &path.steps {
        current.push(step.slot);
        if step.list {
            hops.push(std::mem::take(&mut current));
        }
    }
    (hops, current)
}

/// Prohibitions and flags, each after those whose outcomes it asks for.
fn indicators(policy: &PolicySet) -> Vec<RuleId> {
    let mut order: Vec<RuleId> = Vec::new();
    for (place, rule) in policy.rules.iter().enumerate() {
        if rule.kind() != hir::RuleKind::Control {
            visit(policy, RuleId(place), &mut order);
        }
    }
    order
}

/// The flags that no cap limits together with others.
fn uncapped(policy: &PolicySet) -> Vec<RuleId> {
    let is_capped = |flag: RuleId| policy.decision.caps.iter().any(|cap| cap.flags.contains(&flag));
    let rules = policy.rules.iter().enumerate();
    rules
        .filter(|(_, rule)| rule.kind() == hir::RuleKind::Flag)
        .map(|(place, _)| RuleId(place))
        .filter(|flag| !is_capped(*flag))
        .collect()
}

fn visit(policy: &PolicySet, rule: RuleId, order: &mut Vec<RuleId>) {
    if order.contains(&rule) {
        return;
    }
    let mut asked = Vec::new();
    let rule_body = policy.rule(rule);
    for condition in rule_body.applies_when.iter().chain(rule_body.when()) {
        condition.walk(&mut |part| {
            if let hir::Part::Condition(hir::Condition {
                kind: hir::ConditionKind::Rule { rule, .. },
                ..
            }) = part
            {
                asked.push(*rule);
            }
        });
    }
    for other in asked {
        visit(policy, other, order);
    }
    if !order.contains(&rule) {
        order.push(rule);
    }
}
