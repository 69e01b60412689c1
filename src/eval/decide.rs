use std::cell::OnceCell;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::amount::{Amount, Bound};
use super::control::{ControlTruths, is_recent_enough};
use super::evidence::{self, Need, Newest};
use super::judgement::{
    Action, ControlState, Indicator, Judgement, Relief, RuleJudgement, ScoreRange,
};
use super::peers::Roster;
use super::place::reach;
use super::rule::{Presence, Standing};
use super::scope::Scope;
use super::trace::{Recorder, Silent, Step};
use super::{Evaluator, Truth};
use crate::digest::Digest;
use crate::hir::{LevelId, Outcome, RuleId, Severity};
use crate::peers::Age;
use crate::program::{Condition, ControlProgram, Program, RuleBody, RuleProgram};
use crate::roster::Fact;

/// How much is told besides the outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Outcomes only.
    Brief,
    /// What hits rest on, and what is missing.
    Full,
    /// Every step of every rule.
    Trace,
}

/// That a person has judged exactly this evidence for a rule and cleared it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// Which rule.
    pub rule: RuleId,
    /// Digest of the evidence that was judged.
    pub evidence: Digest,
}

/// Outcomes that are supposed instead of evaluated, to ask what would change a decision: that a
/// prohibition or flag is hit or not, that a control was done today, well.
pub type Supposed = BTreeMap<RuleId, bool>;

/// Judges one record among others, as if some rules had come to something else.
#[must_use]
pub fn evaluate(
    program: &Program,
    facts: &Fact<'_>,
    roster: Roster<'_>,
    dispositions: &[Disposition],
    detail: Detail,
    supposed: &Supposed,
) -> Judgement {
    let mut run = Run {
        evaluator: Evaluator::new(program, roster),
        program,
        scope: Scope::of(facts),
        dispositions,
        detail,
        supposed,
        rules: program.rules.iter().map(|_| RuleJudgement::pending()).collect(),
        truths: Vec::new(),
        newest: vec![OnceCell::new(); program.rules.len()],
        may_differ: program.asks_known,
    };
    run.judge_indicators();
    run.judge_controls();
    run.judge_strengths();
    let scores = run.scores();
    run.evaluator.score = Some((scores.completed, scores.now));
    run.require_controls();
    run.finish(scores.range)
}

struct Run<'p, 'r> {
    evaluator: Evaluator<'p>,
    program: &'p Program,
    scope: Scope<'r, 'r>,
    dispositions: &'p [Disposition],
    detail: Detail,
    supposed: &'p Supposed,
    /// One for each rule, in the order of the policy.
    rules: Vec<RuleJudgement>,
    /// What each control came to, in their order: as far as known, and in completions.
    truths: Vec<(ControlTruths, ControlTruths)>,
    /// How new what each flag rests on is, of those it was asked of.
    newest: Vec<OnceCell<Newest>>,
    /// Whether conditions may come to something else in completions than they do now.
    may_differ: bool,
}

struct Scores {
    completed: Amount,
    now: Amount,
    range: ScoreRange,
}

/// What a flag can add to the score.
#[derive(Clone, Copy)]
struct Weight {
    low: u32,
    high: u32,
}

impl<'p> Run<'p, '_> {
    fn rule(&self, id: RuleId) -> Option<&'p RuleProgram> {
        self.program.rules.get(id.index())
    }

    fn judged(&self, id: RuleId) -> Option<&RuleJudgement> {
        self.rules.get(id.index())
    }

    fn each_judged(&self) -> impl Iterator<Item = (RuleId, &RuleJudgement)> {
        self.rules.iter().enumerate().map(|(place, judged)| (RuleId(place), judged))
    }

    fn completed(&self) -> Scope<'_, '_> {
        Scope { completed: true, ..self.scope }
    }

    fn judge_indicators(&mut self) {
        for id in self.program.indicators.iter().copied() {
            let Some(rule) = self.rule(id) else { continue };
            let mut presence = self.evaluator.presence(rule, &self.scope, &mut Silent);
            if let Some(hit) = self.supposed.get(&id) {
                presence = Presence { applies: Truth::Yes, when: (*hit).into(), ..presence };
            }
            let outcome = self.judge_indicator(id, rule, presence);
            let counts = !matches!(outcome, Outcome::NotCovered | Outcome::Reviewed);
            let standing = Standing {
                outcome,
                holds: presence.counts().and(counts.into()),
                holds_now: presence.counts_now().and(counts.into()),
                relief: presence.excepted,
                severity: [Truth::No; 3],
            };
            self.set_standing(id, standing);
        }
    }

    fn set_standing(&mut self, id: RuleId, standing: Standing) {
        self.may_differ |= standing.may_differ();
        if let Some(place) = self.evaluator.standings.get_mut(id.index()) {
            *place = Some(standing);
        }
    }

    /// Judges a prohibition or flag, with what it rests on where that is told.
    fn judge_indicator(
        &mut self,
        id: RuleId,
        rule: &'p RuleProgram,
        presence: Presence,
    ) -> Outcome {
        let plain = presence.outcome();
        let steps =
            self.has_steps(id, rule, plain).then(|| self.evaluator.steps(rule, &self.scope));
        let (mut outcome, mut needs) = (plain, Vec::new());
        let is_hit = matches!(plain, Outcome::Hit | Outcome::Excepted);
        let mut hit = is_hit.then(Box::<Indicator>::default);
        if let (Outcome::Unknown, Some(steps)) = (plain, &steps) {
            needs = self.needs(steps);
            if self.is_left_out(&needs) {
                outcome = Outcome::NotCovered;
            }
        }
        if let (Some(hit), Some(steps)) = (&mut hit, &steps) {
            **hit = self.hit(steps);
            let is_judged = self.dispositions.iter().any(|disposition| {
                disposition.rule == id && Some(disposition.evidence) == hit.evidence_digest
            });
            if plain == Outcome::Hit && is_judged && evidence::is_complete(steps) {
                outcome = Outcome::Reviewed;
            }
        }
        let is_traced = self.detail == Detail::Trace;
        if let Some(judged) = self.rules.get_mut(id.index()) {
            judged.outcome = outcome;
            judged.relief = relief(presence, plain);
            judged.indicator = hit;
            if let Some(steps) = steps {
                judged.peers = evidence::peers(&steps);
                judged.needs = needs;
                judged.steps = if is_traced { steps } else { Vec::new() };
            }
        }
        outcome
    }

    /// Whether anybody asks how a prohibition or flag came to its outcome, or that may yet change it.
    fn has_steps(&self, id: RuleId, rule: &RuleProgram, outcome: Outcome) -> bool {
        let judged = || self.dispositions.iter().any(|disposition| disposition.rule == id);
        let is_shown = self.detail == Detail::Full
            && (!rule.comparisons.is_empty()
                || matches!(outcome, Outcome::Hit | Outcome::Excepted | Outcome::Unknown));
        let may_be_left_out = outcome == Outcome::Unknown && !self.program.not_collected.is_empty();
        let may_be_reviewed = outcome == Outcome::Hit && judged();
        self.detail == Detail::Trace || is_shown || may_be_left_out || may_be_reviewed
    }

    #[expect(clippy::unused_self, reason = "one of the parts of a judgement")]
    fn hit(&self, steps: &[Step]) -> Indicator {
        Indicator {
            values: evidence::values(steps),
            evidence: evidence::evidence(steps),
            evidence_digest: Some(evidence::digest(steps)),
            ..Indicator::default()
        }
    }

    fn needs(&self, steps: &[Step]) -> Vec<Need> {
        let of_rule =
            |rule: RuleId| self.judged(rule).map(|judged| judged.needs.clone()).unwrap_or_default();
        evidence::needs(steps, &of_rule)
    }

    /// Whether all that is missing is what the company accepts not to have.
    fn is_left_out(&self, needs: &[Need]) -> bool {
        !needs.is_empty()
            && needs.iter().all(|need| {
                let is_accepted = |path: &Vec<_>| need.steps.starts_with(path);
                need.cannot.is_none() && self.program.not_collected.iter().any(is_accepted)
            })
    }

    fn judge_controls(&mut self) {
        for (id, control) in self.program.controls() {
            let truths = if self.supposed.get(&id) == Some(&true) {
                let done = ControlTruths::done_on(self.program.as_of.date());
                (done, done)
            } else {
                let now = self.evaluator.control_truths(control, &self.scope, &mut Silent);
                let completed = if self.program.asks_known {
                    self.evaluator.control_truths(control, &self.completed(), &mut Silent)
                } else {
                    now
                };
                (now, completed)
            };
            self.truths.push(truths);
        }
    }

    /// The severity of each flag that may be hit, and how much controls take from its weight.
    fn judge_strengths(&mut self) {
        for (id, flag) in self.program.flags() {
            let Some(standing) = self.evaluator.standing(id) else { continue };
            let is_possible = standing.holds.is_possible() || standing.holds_now.is_possible();
            let is_excepted = standing.outcome == Outcome::Excepted;
            if !is_possible && !is_excepted && self.detail == Detail::Brief {
                continue;
            }
            let strengths = if is_possible {
                self.evaluator.strengths(flag, &self.scope)
            } else {
                vec![(flag.severity, flag.weight, Truth::Yes)]
            };
            let mut severity = [Truth::No; 3];
            for (of, _, holds) in &strengths {
                for (place, known) in severity.iter_mut().zip(Severity::ALL) {
                    if known == *of {
                        *place = place.or(*holds);
                    }
                }
            }
            let answered_by = if is_possible { self.answered_by(id) } else { Vec::new() };
            let weight = self.weight(id, &strengths, &answered_by);
            let holds = self.evaluator.standing(id).map_or(Truth::No, |standing| standing.holds);
            if let Some(Some(standing)) = self.evaluator.standings.get_mut(id.index()) {
                standing.severity = severity;
            }
            let certain = strengths.iter().find(|(_, _, holds)| *holds == Truth::Yes);
            let shown = certain
                .map_or((flag.severity, flag.weight), |(severity, weight, _)| (*severity, *weight));
            if let Some(judged) = self.rules.get_mut(id.index()) {
                let indicator = judged.indicator.get_or_insert_default();
                indicator.severity = Some(shown.0);
                indicator.weight = Some(shown.1);
                indicator.answered_by = answered_by;
                if is_possible {
                    let low = if holds == Truth::Yes { weight.low } else { 0 };
                    indicator.counted = Some(ScoreRange { low, high: weight.high });
                }
            }
        }
    }

    /// The controls that answer a flag, or may.
    fn answered_by(&self, flag: RuleId) -> Vec<(RuleId, Truth)> {
        let mut answered = Vec::new();
        for ((id, control), (now, completed)) in self.program.controls().zip(&self.truths) {
            let Some(answer) = control.answers.iter().find(|answer| answer.flag == flag) else {
                continue;
            };
            let met = now.met_in_both(*completed);
            if met == Truth::No {
                continue;
            }
            let recent = if answer.at_any_time {
                Truth::Yes
            } else {
                is_recent_enough(now.dated, self.newest(flag))
            };
            let truth = met.and(recent);
            if truth != Truth::No {
                answered.push((id, truth));
            }
        }
        answered
    }

    /// What a hit of the flag adds: in the best case it is of the weakest form and answered by all that
    /// may answer it, in the worst of the strongest and answered by those alone that certainly do.
    fn weight(
        &self,
        flag: RuleId,
        strengths: &[(Severity, u32, Truth)],
        answered_by: &[(RuleId, Truth)],
    ) -> Weight {
        let reduced_to = |is_enough: fn(Truth) -> bool| {
            let controls = answered_by.iter().filter(|(_, truth)| is_enough(*truth));
            controls
                .filter_map(|(control, _)| match self.rule(*control).map(|rule| &rule.body) {
                    Some(RuleBody::Control(control)) => {
                        control.answers.iter().find(|answer| answer.flag == flag)?.reducing_to
                    }
                    _ => None,
                })
                .min()
                .unwrap_or(u32::MAX)
        };
        let at_best = reduced_to(Truth::is_possible);
        let at_worst = reduced_to(|truth| truth == Truth::Yes);
        let possible = || {
            strengths
                .iter()
                .filter(|(_, _, holds)| holds.is_possible())
                .map(|(_, weight, _)| *weight)
        };
        Weight {
            low: possible().map(|weight| weight.min(at_best)).min().unwrap_or(0),
            high: possible().map(|weight| weight.min(at_worst)).max().unwrap_or(0),
        }
    }

    /// What the flags add up to, correlated ones up to their cap.
    fn scores(&self) -> Scores {
        let add = |counts: fn(&Standing) -> Truth| {
            let range = |flag: RuleId| {
                let truth = self.evaluator.standing(flag).map_or(Truth::No, counts);
                let nothing = ScoreRange { low: 0, high: 0 };
                let counted = || {
                    let judged = self.judged(flag);
                    judged.and_then(|judged| judged.indicator.as_ref()?.counted).unwrap_or(nothing)
                };
                match truth {
                    // The range was made for completions; what holds now counts at least its least.
                    Truth::Yes => {
                        let counted = counted();
                        ScoreRange { low: self.least_weight(flag, counted), high: counted.high }
                    }
                    Truth::Unknown => ScoreRange { low: 0, high: counted().high },
                    Truth::No => nothing,
                }
            };
            let sum = |flags: &mut dyn Iterator<Item = RuleId>, limit: u32| {
                let (mut low, mut high) = (0_u32, 0_u32);
                for flag in flags {
                    let range = range(flag);
                    low = low.saturating_add(range.low);
                    high = high.saturating_add(range.high);
                }
                (low.min(limit), high.min(limit))
            };
            let (mut low, mut high) = sum(&mut self.program.uncapped.iter().copied(), u32::MAX);
            for cap in &self.program.caps {
                let (group_low, group_high) = sum(&mut cap.flags.iter().copied(), cap.limit);
                low = low.saturating_add(group_low);
                high = high.saturating_add(group_high);
            }
            ScoreRange { low, high }
        };
        let amount = |range: ScoreRange| Amount {
            whole: true,
            ..Amount::between(
                Bound::At(Decimal::from(range.low)),
                Bound::At(Decimal::from(range.high)),
            )
        };
        let completed = add(|standing| standing.holds);
        let now = if self.may_differ { add(|standing| standing.holds_now) } else { completed };
        Scores { completed: amount(completed), now: amount(now), range: completed }
    }

    fn least_weight(&self, flag: RuleId, counted: ScoreRange) -> u32 {
        let holds = self.evaluator.standing(flag).map_or(Truth::No, |standing| standing.holds);
        if holds == Truth::Yes {
            return counted.low;
        }
        let Some(RuleBody::Flag(program)) = self.rule(flag).map(|rule| &rule.body) else {
            return 0;
        };
        let strengths = self.evaluator.strengths(program, &self.scope);
        self.weight(flag, &strengths, &self.answered_by(flag)).low
    }

    /// Whether each control must be done, and its outcome.
    fn require_controls(&mut self) {
        let truths = std::mem::take(&mut self.truths);
        for ((id, control), (now, completed)) in self.program.controls().zip(&truths) {
            let required = self.required(control);
            let Some(rule) = self.rule(id) else { continue };
            let (relieves, exception) = self.evaluator.relief(rule, &self.scope);
            let plain = now.outcome(required);
            let is_relieved =
                relieves == Truth::Yes && !matches!(plain, Outcome::Met | Outcome::NotRequired);
            let outcome = if is_relieved { Outcome::Waived } else { plain };
            let relief = exception.map(|exception| Relief { exception, relieves, would_be: plain });
            let has_steps = self.detail == Detail::Trace
                || (self.detail == Detail::Full && outcome == Outcome::Unknown);
            let steps =
                if has_steps { self.evaluator.steps(rule, &self.scope) } else { Vec::new() };
            let needs = if outcome != Outcome::Unknown || !has_steps {
                Vec::new()
            } else if now.is_certainly_not_done() {
                self.needs_of_requirement(control)
            } else {
                self.needs(&steps)
            };
            let standing = Standing {
                outcome,
                holds: completed.met(),
                holds_now: now.met(),
                relief: relieves,
                severity: [Truth::No; 3],
            };
            self.set_standing(id, standing);
            let is_traced = self.detail == Detail::Trace;
            if let Some(judged) = self.rules.get_mut(id.index()) {
                judged.outcome = outcome;
                judged.control = Some(ControlState { on: now.day(), required });
                judged.relief = relief;
                judged.needs = needs;
                judged.steps = if is_traced { steps } else { Vec::new() };
            }
        }
    }

    /// What would tell whether a control must be done.
    fn needs_of_requirement(&self, control: &'p ControlProgram) -> Vec<Need> {
        if let Some(required) = &control.required_when {
            let mut recorder = Recorder::default();
            self.evaluator.truth(required, &self.scope, &mut recorder);
            return self.needs(&recorder.into_steps());
        }
        let flags = control.answers.iter().filter_map(|answer| self.judged(answer.flag));
        let unknown = flags.filter(|judged| judged.outcome == Outcome::Unknown);
        let mut needs: Vec<Need> = unknown.flat_map(|judged| judged.needs.clone()).collect();
        needs.sort();
        needs.dedup();
        needs
    }

    /// Whether a control must be done: as it says, or when a flag that it answers is hit, or always.
    fn required(&self, control: &'p ControlProgram) -> Truth {
        match &control.required_when {
            Some(required) => {
                let (now, completed) = self.now_and_completed(required);
                if now == completed { now } else { Truth::Unknown }
            }
            None if control.answers.is_empty() => Truth::Yes,
            None => control.answers.iter().fold(Truth::No, |required, answer| {
                let hit = self
                    .evaluator
                    .standing(answer.flag)
                    .map_or(Truth::Unknown, |standing| standing.holds);
                required.or(hit)
            }),
        }
    }

    fn finish(self, score: ScoreRange) -> Judgement {
        let levels = self.levels();
        let highest = |truths: &[(Truth, Truth)], of: fn(&(Truth, Truth)) -> Truth| {
            truths.iter().rposition(|truth| of(truth) == Truth::Yes).unwrap_or(0)
        };
        let now = highest(&levels, |(now, _)| *now);
        let certain = highest(&levels, |(_, completed)| *completed);
        let mut could_be: Vec<usize> = levels
            .iter()
            .enumerate()
            .filter(|(level, (_, completed))| {
                *level == certain || (*level > certain && *completed == Truth::Unknown)
            })
            .map(|(level, _)| level)
            .collect();
        let unsettled = self.program.unsettled.index();
        let settled = could_be == [now];
        if !settled
            && self.may_never_settle()
            && !could_be.contains(&unsettled)
            && unsettled > certain
        {
            could_be.push(unsettled);
            could_be.sort_unstable();
        }
        let decision = if settled { now } else { now.max(unsettled) };
        let actions = self.actions();
        let decision_steps =
            if self.detail == Detail::Trace { self.decision_steps() } else { Vec::new() };
        let must_have_missing = self
            .program
            .must_have
            .iter()
            .filter(|must_have| self.is_missing(&must_have.steps) == Truth::Yes)
            .map(|must_have| must_have.shown.clone())
            .collect();
        Judgement {
            decision_steps,
            decision: LevelId(decision),
            settled,
            could_be: could_be.into_iter().map(LevelId).collect(),
            score,
            needs: self.all_needs(),
            must_have_missing,
            actions,
            rules: self.rules,
        }
    }

    /// What decides besides the conditions of rules.
    fn decision_steps(&self) -> Vec<Step> {
        let of_flags = self.program.flags().flat_map(|(_, flag)| &flag.raised);
        let of_controls =
            self.program.controls().filter_map(|(_, control)| control.required_when.as_ref());
        let of_exceptions = self.program.exceptions.iter().filter_map(|found| found.when.as_ref());
        let conditions = of_flags
            .map(|raised| &raised.when)
            .chain(of_controls)
            .chain(of_exceptions)
            .chain(self.program.levels.iter().flatten());
        let mut recorder = Recorder::default();
        for condition in conditions {
            self.evaluator.truth(condition, &self.scope, &mut recorder);
        }
        recorder.into_steps()
    }

    /// Whether each level is reached: as far as known, and in completions.
    fn levels(&self) -> Vec<(Truth, Truth)> {
        let unsettled = self.program.unsettled.index();
        let levels = self.program.levels.iter().enumerate();
        levels
            .map(|(level, when)| {
                let when = when.as_ref();
                let (mut now, mut completed) =
                    when.map_or((Truth::No, Truth::No), |when| self.now_and_completed(when));
                if level == unsettled {
                    for must_have in &self.program.must_have {
                        now = now.or(self.is_missing(&must_have.steps));
                        completed = completed.or(self.can_be_missing(&must_have.steps));
                    }
                }
                if level == 0 { (Truth::Yes, Truth::Yes) } else { (now, completed) }
            })
            .collect()
    }

    /// Whether a condition holds: as far as known, and in completions.
    fn now_and_completed(&self, when: &'p Condition) -> (Truth, Truth) {
        let now = self.evaluator.truth(when, &self.scope, &mut Silent);
        let completed = if self.may_differ {
            self.evaluator.truth(when, &self.completed(), &mut Silent)
        } else {
            now
        };
        (now, completed)
    }

    /// Whether a fact is not there, as far as known: unknown, none, or an empty list.
    fn is_missing(&self, steps: &[crate::types::FieldSlot]) -> Truth {
        match reach(self.scope.subject, steps) {
            Fact::Unknown | Fact::None => Truth::Yes,
            Fact::List(elements) => elements.is_empty().into(),
            Fact::Value(_) | Fact::Record(_) => Truth::No,
        }
    }

    /// Whether a fact can turn out not to be there.
    fn can_be_missing(&self, steps: &[crate::types::FieldSlot]) -> Truth {
        match reach(self.scope.subject, steps) {
            Fact::Unknown => Truth::Unknown,
            Fact::None => Truth::Yes,
            Fact::List(elements) => elements.is_empty().into(),
            Fact::Value(_) | Fact::Record(_) => Truth::No,
        }
    }

    /// Whether what is open about a rule may stay so with every fact known: for want of a rate, or
    /// because a result is too large.
    fn may_never_settle(&self) -> bool {
        self.each_judged().any(|(id, judged)| {
            let counted = judged.indicator.as_ref().and_then(|indicator| indicator.counted);
            let is_open = judged.outcome == Outcome::Unknown
                || counted.is_some_and(|range| range.low != range.high)
                || judged.relief.is_some_and(|relief| relief.relieves == Truth::Unknown);
            is_open && self.rule(id).is_some_and(|rule| rule.may_stay_unknown)
        })
    }

    /// What would tell whether an exception relieves from a rule.
    fn needs_of_relief(&self) -> Vec<(RuleId, Need)> {
        let open = self.each_judged().filter(|(_, judged)| {
            judged.relief.is_some_and(|relief| relief.relieves == Truth::Unknown)
        });
        open.flat_map(|(id, _)| {
            let places = self.rule(id).map(|rule| rule.exceptions.as_slice()).unwrap_or_default();
            let exceptions = places.iter().filter_map(|place| self.program.exceptions.get(*place));
            exceptions
                .flat_map(|exception| self.needs_of_condition(exception.when.as_ref()))
                .map(move |need| (id, need))
        })
        .collect()
    }

    /// What levels ask of the record itself and nobody knows.
    fn needs_of_levels(&self) -> Vec<Need> {
        self.program.levels.iter().flat_map(|when| self.needs_of_condition(when.as_ref())).collect()
    }

    /// What would settle a condition, apart from the rules it asks about.
    fn needs_of_condition(&self, when: Option<&'p Condition>) -> Vec<Need> {
        let Some(when) = when else { return Vec::new() };
        let mut recorder = Recorder::default();
        self.evaluator.truth(when, &self.scope, &mut recorder);
        evidence::needs(&recorder.into_steps(), &|_| Vec::new())
    }

    fn all_needs(&self) -> Vec<(Need, Vec<RuleId>)> {
        let mut settles: BTreeMap<Need, Vec<RuleId>> = BTreeMap::new();
        for (id, judged) in self.each_judged() {
            if judged.outcome == Outcome::Unknown {
                for need in &judged.needs {
                    settles.entry(need.clone()).or_default().push(id);
                }
            }
        }
        if self.detail != Detail::Brief {
            for must_have in &self.program.must_have {
                if self.is_missing(&must_have.steps) == Truth::Yes {
                    settles
                        .entry(Need { steps: must_have.steps.clone(), cannot: None })
                        .or_default();
                }
            }
            for (id, need) in self.needs_of_relief() {
                let rules = settles.entry(need).or_default();
                if !rules.contains(&id) {
                    rules.push(id);
                }
            }
            for need in self.needs_of_levels() {
                settles.entry(need).or_default();
            }
        }
        settles.into_iter().collect()
    }

    /// Controls that are not done and that hit rules call for.
    fn actions(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        for (id, control) in self.program.controls() {
            let Some(judged) = self.judged(id) else { continue };
            if judged.outcome == Outcome::Waived {
                continue;
            }
            let is_done = judged.outcome == Outcome::Met;
            let mut because: Vec<RuleId> = control
                .answers
                .iter()
                .map(|answer| answer.flag)
                .filter(|flag| self.is_hit(*flag))
                .filter(|flag| !is_done || self.would_answer_anew(*flag, id))
                .collect();
            let is_required =
                judged.control.is_some_and(|state| state.required == Truth::Yes) && !is_done;
            if is_required {
                because.extend(self.calling_for(control));
            }
            because.sort_unstable();
            because.dedup();
            if is_required || !because.is_empty() {
                actions.push(Action { control: id, because });
            }
        }
        actions
    }

    fn is_hit(&self, rule: RuleId) -> bool {
        self.judged(rule).is_some_and(|judged| judged.outcome == Outcome::Hit)
    }

    /// Whether a control that is done would answer a flag if it were done again today: the flag rests
    /// on something newer.
    fn would_answer_anew(&self, flag: RuleId, control: RuleId) -> bool {
        let indicator = self.judged(flag).and_then(|judged| judged.indicator.as_ref());
        let is_answered = indicator
            .is_some_and(|indicator| indicator.answered_by.contains(&(control, Truth::Yes)));
        !is_answered && matches!(self.newest(flag).possible, Age::Day(_) | Age::Unknown)
    }

    /// How new what a flag rests on is.
    fn newest(&self, flag: RuleId) -> Newest {
        let look = || {
            let steps = self.rule(flag).map(|rule| {
                // Days are those of elements; which of their fields were read does not matter.
                self.evaluator.steps_without_facts(rule, &self.scope)
            });
            evidence::newest(&steps.unwrap_or_default())
        };
        self.newest.get(flag.index()).map_or_else(look, |known| *known.get_or_init(look))
    }

    /// The hit rules that the condition under which a control is required asks about.
    fn calling_for(&self, control: &'p ControlProgram) -> Vec<RuleId> {
        let Some(required) = &control.required_when else { return Vec::new() };
        let mut recorder = Recorder::default();
        self.evaluator.truth(required, &self.scope, &mut recorder);
        let mut asked = Vec::new();
        rules_asked(&recorder.into_steps(), &mut asked);
        asked.retain(|rule| self.is_hit(*rule));
        asked
    }
}

fn rules_asked(steps: &[Step], asked: &mut Vec<RuleId>) {
    for step in steps {
        if let super::What::Rule(rule, Truth::Yes) = step.what {
            asked.push(rule);
        }
        rules_asked(&step.inside, asked);
    }
}

impl RuleJudgement {
    /// What stands for a rule until it is judged.
    fn pending() -> Self {
        Self {
            outcome: Outcome::Unknown,
            indicator: None,
            control: None,
            relief: None,
            needs: Vec::new(),
            peers: Vec::new(),
            steps: Vec::new(),
        }
    }
}

fn relief(presence: Presence, outcome: Outcome) -> Option<Relief> {
    let would_be = if outcome == Outcome::Excepted { Outcome::Hit } else { outcome };
    let exception = presence.exception?;
    matches!(would_be, Outcome::Hit | Outcome::Unknown).then_some(Relief {
        exception,
        relieves: presence.excepted,
        would_be,
    })
}
