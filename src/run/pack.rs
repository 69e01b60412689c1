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

pub(super) fn take_byte(from: &mut &[u8]) -> Option<u8> {
    let (byte, rest) = from.split_first()?;
    *from = rest;
    Some(*byte)
}

pub(super) fn take_yes_no(from: &mut &[u8]) -> Option<bool> {
    match take_byte(from)? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

pub(super) fn take_text(from: &mut &[u8]) -> Option<String> {
    let length = take_number(from)?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    String::from_utf8(text.to_vec()).ok()
}

/// A number of things, and as many of them.
pub(super) fn take_list<T>(
    from: &mut &[u8],
    mut take: impl FnMut(&mut &[u8]) -> Option<T>,
) -> Option<Vec<T>> {
    let length = take_number(from)?;
    (0..length).map(|_| take(from)).collect()
}
