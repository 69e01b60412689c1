//! Numbers and texts as bytes that are written and read back within one run.

/// A number that four bytes hold.
pub(super) fn number(number: usize, to: &mut Vec<u8>) -> Option<()> {
    to.extend_from_slice(&u32::try_from(number).ok()?.to_le_bytes());
    Some(())
}

pub(super) fn text(text: &str, to: &mut Vec<u8>) -> Option<()> {
    number(text.len(), to)?;
    to.extend_from_slice(text.as_bytes());
    Some(())
}

pub(super) fn take_number(from: &mut &[u8]) -> Option<usize> {
    let (number, rest) = from.split_first_chunk()?;
    *from = rest;
    usize::try_from(u32::from_le_bytes(*number)).ok()
}

pub(super) fn yes_no(byte: u8) -> Option<bool> {
    match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

pub(super) fn take_yes_no(from: &mut &[u8]) -> Option<bool> {
    let (byte, rest) = from.split_first()?;
    *from = rest;
    yes_no(*byte)
}

/// A number of bytes, and as many of them.
pub(super) fn take_bytes<'b>(from: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take_number(from)?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

pub(super) fn take_text(from: &mut &[u8]) -> Option<String> {
    String::from_utf8(take_bytes(from)?.to_vec()).ok()
}

/// A number of things, and as many of them.
pub(super) fn take_list<T>(
    from: &mut &[u8],
    mut take: impl FnMut(&mut &[u8]) -> Option<T>,
) -> Option<Vec<T>> {
    let length = take_number(from)?;
    (0..length).map(|_| take(from)).collect()
}
