//! Any bytes as a roster in any format: every record is decided or refused, and none is lost.
#![no_main]

use std::ops::ControlFlow;

use duecare::eval::Detail;
use duecare::roster::{BadValues, Format, RawReader};
use duecare::run::{Callbacks, Judged, Ladder, Plan, Refused, evaluate};
use libfuzzer_sys::fuzz_target;
use shipped::engine;

fuzz_target!(|input: &[u8]| {
    let Some((selector, text)) = input.split_first() else { return };
    let format = Format::ALL[usize::from(*selector) % Format::ALL.len()];
    let bad_values = if selector & 0x80 == 0 { BadValues::Refuse } else { BadValues::Unknown };
    let engine = engine();
    // What cannot be read on ends the run with an error, which is no loss: nothing was said to be done.
    let Ok(mut reader) = RawReader::new(format, text) else { return };
    let layout = engine.layout(bad_values);
    let layout = match reader.header() {
        Some(header) => match layout.with_header(header) {
            Ok(layout) => layout,
            Err(_) => return,
        },
        None => layout,
    };
    let (mut decided, mut refused) = (0, 0);
    let render = |_: &duecare::roster::RawRecord, judged: &[Judged<'_, '_>]| {
        let each = judged.iter().map(|judged| {
            serde_json::to_vec(&judged.engine.decision(judged.record, &judged.judgement))
                .expect("a decision")
        });
        each.collect::<Vec<_>>().concat()
    };
    let engines = std::slice::from_ref(engine);
    let layouts = std::slice::from_ref(&layout);
    let plan = Plan { engines, layouts, jobs: 1, detail: Detail::Full, is_prompt: false };
    let ladder = Ladder::new(engines).expect("one policy agrees with itself");
    let summary = evaluate(
        &plan,
        &ladder,
        &mut reader,
        Callbacks {
            render: &render,
            earlier: None,
            on_decided: &mut |_| {
                decided += 1;
                Ok(())
            },
            on_refused: &mut |record: Refused<'_>| {
                refused += 1;
                assert!(!record.problems.is_empty());
                (record.rest)(&mut |_| Ok(()))
            },
            on_batch: &mut |_| Ok(ControlFlow::Continue(())),
        },
    );
    if let Ok(summary) = summary {
        assert_eq!((summary.decided(), summary.refused()), (decided, refused));
        assert_eq!(summary.records(), decided + refused);
        assert_eq!(summary.faults, 0);
    }
});
