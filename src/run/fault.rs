use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use crate::roster::Problem;

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    /// Where in the program the last fault was.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the work on one record; if this program fails on it, why the record is refused instead.
///
/// Nothing of the work outlives it: what it has begun is dropped, and the next record begins anew.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Problem> {
    let around = IS_CAUGHT.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(around);
    done.map_err(|payload| problem(&*payload, &PLACE.take()))
}

/// Whether a panic of this thread would be that of the work on one record, which is refused for it. For a panic
/// hook, which need not report it; the place goes into the reason.
#[must_use]
pub fn panic_is_of_record(place: Option<&Location<'_>>) -> bool {
    if IS_CAUGHT.get() {
        PLACE.set(place.map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line())));
    }
    IS_CAUGHT.get()
}

fn problem(payload: &(dyn Any + Send), place: &str) -> Problem {
    let said = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Problem::of_record(format!("a fault of duecare, please report it: {said}{place}"))
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::panic::Location;
    use std::path::PathBuf;

    use super::super::{
        Callbacks, Judged, Ladder, Plan, Refused, SoFar, collect_by, evaluate, merge,
    };
    use super::{caught, panic_is_of_record};
    use crate::disposition::Dispositions;
    use crate::engine::Engine;
    use crate::eval::Detail;
    use crate::loader::load;
    use crate::roster::{BadValues, Format, Layout, Problem, RawReader, RawRecord};
    use crate::run::survey::survey_by;
    use crate::value::Instant;

    const ROSTER: &str = "{\"id\":\"C-1\"}\n{\"id\":\"C-2\"}\nbroken\n{\"id\":\"C-3\"}\n";
    const REASON: &str = "a fault of duecare, please report it: no such key";

    /// The shipped policy, which compares subjects.
    fn engine() -> Engine {
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("policies/dprk-it-workers/1.0.0.due");
        let loaded = load(&[path], &mut |asked| std::fs::read(asked));
        let policy = loaded.policies.into_iter().next().unwrap();
        let as_of = Instant::parse("2022-08-01T00:00:00Z").unwrap();
        Engine::new(policy, as_of, Dispositions::default()).unwrap()
    }

    fn plan<'e>(engine: &'e Engine, layout: &'e Layout, jobs: usize) -> Plan<'e> {
        Plan {
            engines: std::slice::from_ref(engine),
            layouts: std::slice::from_ref(layout),
            jobs,
            detail: Detail::Brief,
            is_prompt: false,
        }
    }

    fn reader() -> RawReader<&'static [u8]> {
        RawReader::new(Format::JsonLines, ROSTER.as_bytes()).unwrap()
    }

    fn is_second(raw: &RawRecord) -> bool {
        raw.text.bytes().ends_with(b"C-2\"}")
    }

    #[test]
    fn a_record_that_could_not_be_compared_is_refused_and_no_other() {
        let engine = engine();
        let layout = engine.layout(BadValues::Refuse);
        for jobs in [1, 2] {
            let reading = plan(&engine, &layout, jobs);
            let readings = reading.readings();
            let mut told = Vec::new();
            let mut on_batch = |so_far: &SoFar| {
                told.push((so_far.records, so_far.refused, so_far.faults));
                Ok(ControlFlow::Continue(()))
            };
            let collected = collect_by(&reading, &mut reader(), None, &mut on_batch, |raw| {
                assert!(!is_second(raw), "no such key");
                reading.collected(raw, &readings, None, None)
            });
            assert_eq!(told, [(4, 2, 1)]);
            let knowing = engine.clone().knowing(merge(collected.unwrap().0).unwrap());
            let (mut decided, mut refused) = (Vec::new(), Vec::new());
            let summary = evaluate(
                &plan(&knowing, &layout, jobs),
                &Ladder::new(std::slice::from_ref(&knowing)).unwrap(),
                &mut reader(),
                Callbacks {
                    render: &|_, judged: &[Judged<'_, '_>]| judged[0].record.subject.clone(),
                    earlier: None,
                    on_decided: &mut |subject| {
                        decided.push(subject);
                        Ok(())
                    },
                    on_refused: &mut |record: Refused<'_>| {
                        refused.push((record.raw.number, record.problems[0].reason.clone()));
                        Ok(())
                    },
                    on_batch: &mut |_| Ok(ControlFlow::Continue(())),
                },
            )
            .unwrap();
            assert_eq!(decided, ["C-1", "C-3"]);
            assert_eq!(refused.len(), 2);
            assert_eq!(refused[0], (2, REASON.to_owned()));
            assert_eq!((summary.records(), summary.refused(), summary.faults), (4, 2, 1));
        }
    }

    #[test]
    fn a_record_that_could_not_be_looked_at_is_counted() {
        let engine = engine();
        let layout = engine.layout(BadValues::Refuse);
        let plan = plan(&engine, &layout, 2);
        let mut on_batch = |_: &SoFar| Ok(ControlFlow::Continue(()));
        let found = survey_by(&plan, &mut reader(), &mut on_batch, |raw| {
            assert!(!is_second(raw), "no such key");
            plan.look(raw)
        });
        let found = found.unwrap();
        assert_eq!((found.records, found.refused, found.faults), (4, 2, 1));
        assert_eq!(found.reasons[0].example, REASON);
        assert_eq!((found.fields[0].of, found.fields[0].unknown), (2, 0));
    }

    #[test]
    fn a_fault_is_told_where_its_record_is_refused() {
        assert!(!panic_is_of_record(Some(Location::caller())));
        let place = Location::caller();
        let refused = caught(|| {
            // As the hook of the program does.
            assert!(panic_is_of_record(Some(place)));
            panic!("no such key");
        });
        let expected = format!("{REASON} ({}:{})", place.file(), place.line());
        assert_eq!(refused, Err::<(), _>(Problem::of_record(expected)));
        assert!(!panic_is_of_record(None));
        let within = caught(|| {
            assert_eq!(caught(|| 1), Ok(1));
            panic_is_of_record(None)
        });
        assert_eq!(within, Ok(true));
    }

    #[test]
    fn a_first_reading_may_be_ended() {
        let engine = engine();
        let layout = engine.layout(BadValues::Refuse);
        let mut on_batch = |_: &SoFar| Ok(ControlFlow::Break(()));
        let ended = super::super::collect(&plan(&engine, &layout, 1), &mut reader(), &mut on_batch);
        let said = ended.unwrap_err().to_string();
        assert_eq!(said, "the reading was ended after 4 records");
    }
}
