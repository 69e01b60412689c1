//! Conditions on the elements of a list: how many there are, and how many satisfy what.

use rust_decimal::Decimal;

use super::draft::Node;
use super::operand::Known;
use super::solver::{Env, Solver};
use super::values::nth_node;
use crate::hir::{Condition, Members, Order};

/// How many values are tried for one that differs from others.
const DISTINCT: usize = 12;

/// Most elements that a share is taken of, beyond the fewest.
const SHARE_OF: usize = 24;

impl<'e> Solver<'_, 'e> {
    pub(super) fn ensure_exists(
        &mut self,
        members: &'e Members,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        if !want {
            return self.achieve_count(members, 0, env);
        }
        if !self.dice.once_in(4) {
            for element in self.existing(members, env) {
                if self.attempt(|solver| {
                    solver.select(members, &element) && solver.has_value(members, &element)
                }) {
                    return true;
                }
            }
        }
        self.add(members, env).is_some_and(|element| self.has_value(members, &element))
    }

    pub(super) fn ensure_every(
        &mut self,
        members: &'e Members,
        condition: &'e Condition,
        want: bool,
        env: &Env<'e>,
    ) -> bool {
        if !want {
            return self.one_fails(members, condition, env);
        }
        for element in self.existing(members, env) {
            let is_made = self.attempt(|solver| {
                solver.select(members, &element) && solver.ensure(condition, true, &element)
            });
            if !is_made && !self.exclude(members, &element) {
                return false;
            }
        }
        if self.dice.coin() {
            self.attempt(|solver| {
                solver
                    .add(members, env)
                    .is_some_and(|element| solver.ensure(condition, true, &element))
            });
        }
        self.close_lists(members, env);
        true
    }

    fn one_fails(&mut self, members: &'e Members, condition: &'e Condition, env: &Env<'e>) -> bool {
        let fails = |solver: &mut Self, element: &Env<'e>| {
            solver.select(members, element) && solver.ensure(condition, false, element)
        };
        for element in self.existing(members, env) {
            if self.attempt(|solver| fails(solver, &element)) {
                return true;
            }
        }
        self.attempt(|solver| {
            solver.create(members, env).is_some_and(|element| fails(solver, &element))
        })
    }

    /// Makes exactly so many elements satisfy the filter.
    pub(super) fn achieve_count(
        &mut self,
        members: &'e Members,
        count: usize,
        env: &Env<'e>,
    ) -> bool {
        let mut have = 0;
        for element in self.existing(members, env) {
            if have < count
                && self.attempt(|solver| {
                    solver.select(members, &element) && solver.has_value(members, &element)
                })
            {
                have += 1;
            } else if !self.exclude(members, &element) && have >= count {
                return false;
            }
        }
        while have < count {
            let Some(element) = self.add(members, env) else { return false };
            if !self.has_value(members, &element) {
                return false;
            }
            have += 1;
        }
        self.add_one_more(members, env);
        self.close_lists(members, env);
        true
    }

    /// At times one more element that is just not among those asked for: another version may ask for it.
    fn add_one_more(&mut self, members: &'e Members, env: &Env<'e>) {
        if members.filter.is_some() && self.dice.once_in(4) {
            self.attempt(|solver| {
                solver.create(members, env).is_some_and(|element| solver.exclude(members, &element))
            });
        }
    }

    /// Makes the values of the elements exactly so many different ones.
    pub(super) fn achieve_distinct(
        &mut self,
        members: &'e Members,
        count: usize,
        env: &Env<'e>,
    ) -> bool {
        let mut seen: Vec<Node<'e>> = Vec::new();
        for element in self.existing(members, env) {
            let is_kept = match node_of(self.value_of(members, &element)) {
                Some(value) if seen.contains(&value) => {
                    self.attempt(|solver| solver.select(members, &element))
                }
                Some(value) if seen.len() < count => {
                    let is_selected = self.attempt(|solver| solver.select(members, &element));
                    seen.extend(is_selected.then_some(value));
                    is_selected
                }
                Some(_) => false,
                None if seen.len() < count => self.give_new_value(members, &element, &mut seen),
                None => seen.last().cloned().is_some_and(|value| {
                    self.attempt(|solver| {
                        solver.put_value(members, &element, value)
                            && solver.select(members, &element)
                    })
                }),
            };
            if !is_kept && !self.exclude(members, &element) {
                return false;
            }
        }
        while seen.len() < count {
            let before = seen.clone();
            let is_added = self.attempt(|solver| {
                solver
                    .create(members, env)
                    .is_some_and(|element| solver.give_new_value(members, &element, &mut seen))
            });
            if !is_added || seen.len() == before.len() {
                return false;
            }
        }
        if let Some(last) = seen.last().cloned()
            && self.dice.once_in(4)
        {
            self.add_with(members, env, &mut |solver, element| {
                solver.put_value(members, element, last.clone())
            });
        }
        self.close_lists(members, env);
        true
    }

    /// Gives an element a value that none of those seen equals, and makes it one of those asked for.
    fn give_new_value(
        &mut self,
        members: &'e Members,
        element: &Env<'e>,
        seen: &mut Vec<Node<'e>>,
    ) -> bool {
        let of = members.path.of;
        for number in 0..DISTINCT {
            let node = if of.record().is_some() || super::compare::is_derived(&members.path) {
                nth_node(&self.side, of, number)
            } else {
                let from = number + seen.len();
                self.any_value(of, from).map(Node::Value)
            };
            let Some(node) = node.filter(|node| !seen.contains(node)) else { continue };
            let is_made = self.attempt(|solver| {
                solver.put_value(members, element, node.clone()) && solver.select(members, element)
            });
            if is_made {
                seen.push(node);
                return true;
            }
        }
        // The filter may say itself what the value is.
        let mut value = None;
        let is_made = self.attempt(|solver| {
            value = if solver.select(members, element) {
                node_of(solver.value_of(members, element))
            } else {
                None
            };
            value.as_ref().is_some_and(|value| !seen.contains(value))
        });
        seen.extend(value.filter(|_| is_made));
        is_made
    }

    /// Makes the part of the elements that satisfies a condition stand in an order to a limit.
    pub(super) fn ensure_share(
        &mut self,
        (members, having, over): (&'e Members, &'e Condition, usize),
        order: Order,
        limit: Decimal,
        env: &Env<'e>,
    ) -> bool {
        let mut selected = self.selected(members, env);
        let least = over.max(selected.len()).max(1);
        let Some((of, count)) = self.share(least, order, limit) else { return false };
        while selected.len() < of {
            let Some(element) = self.add(members, env) else { return false };
            selected.push(element);
        }
        let order = self.dice.shuffled(selected.len());
        let mut left = count;
        for element in order.into_iter().filter_map(|place| selected.get(place)) {
            let wanted = left > 0;
            if self.try_to_ensure(having, wanted, element) {
                left -= usize::from(wanted);
            } else if !self.try_to_ensure(having, !wanted, element) || !wanted {
                return false;
            }
        }
        left == 0
    }

    /// Elements that satisfy a share, but fewer than it is taken of.
    pub(super) fn too_few_for_share(
        &mut self,
        members: &'e Members,
        having: &'e Condition,
        over: usize,
        env: &Env<'e>,
    ) -> bool {
        self.achieve_count(members, over - 1, env)
            && self.existing(members, env).iter().all(|element| {
                self.try_to_ensure(having, true, element) || self.exclude(members, element)
            })
    }

    /// The elements that can be made to be among those asked for; the others are made not to be.
    fn selected(&mut self, members: &'e Members, env: &Env<'e>) -> Vec<Env<'e>> {
        let mut selected = Vec::new();
        for element in self.existing(members, env) {
            if self.attempt(|solver| solver.select(members, &element)) {
                selected.push(element);
            } else {
                self.exclude(members, &element);
            }
        }
        selected
    }

    /// How many elements, and how many of them: as near a limit as few of them can come, or any few.
    fn share(&mut self, least: usize, order: Order, limit: Decimal) -> Option<(usize, usize)> {
        if self.dice.coin() {
            let of = least + self.dice.below(4);
            return nearest(of, order, limit).map(|(_, count)| (of, count));
        }
        let candidates = (least..=least.max(SHARE_OF)).filter_map(|of| {
            let (distance, count) = nearest(of, order, limit)?;
            Some((distance, of, count))
        });
        candidates.min().map(|(_, of, count)| (of, count))
    }
}

/// The number of elements whose share stands in the order to a limit and is nearest to it.
fn nearest(of: usize, order: Order, limit: Decimal) -> Option<(Decimal, usize)> {
    let whole = Decimal::from(of);
    let candidates = (0..=of).filter_map(|count| {
        let share = Decimal::from(count).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
        let holds = match order {
            Order::Less => share < limit,
            Order::AtMost => share <= limit,
            Order::Greater => share > limit,
            Order::AtLeast => share >= limit,
        };
        holds.then_some(((share - limit).abs(), count))
    });
    candidates.min()
}

fn node_of(known: Known<'_>) -> Option<Node<'_>> {
    match known {
        Known::Value(value) => Some(Node::Value(value)),
        Known::Whole(node) => Some(node),
        Known::Open | Known::Unknown | Known::None => None,
    }
}
