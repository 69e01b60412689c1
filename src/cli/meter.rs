use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Counts the bytes that are read of a roster as it lies there, compressed or not.
#[derive(Clone, Default)]
pub(crate) struct Meter(Rc<Cell<u64>>);

impl Meter {
    /// Counts what is read of this, too.
    pub(crate) fn over(&self, inner: Box<dyn Read>) -> Box<dyn Read> {
        Box::new(Metered { inner, meter: self.clone() })
    }

    /// How many bytes were read so far.
    pub(crate) fn read(&self) -> u64 {
        self.0.get()
    }
}

struct Metered {
    inner: Box<dyn Read>,
    meter: Meter,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.meter.0.set(self.meter.0.get() + length as u64);
        Ok(length)
    }
}
