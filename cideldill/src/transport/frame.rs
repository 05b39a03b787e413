//! Many blocks as bytes, without names (docs/protocol.md section 10).

use super::{Code, Refusal};

/// The first byte of a frame; no block starts with it.
const FIRST_BYTE: u8 = 0;

/// The media type of a frame.
pub const FRAME_MEDIA_TYPE: &str = "application/vnd.cideldill.blocks";

/// The bytes a frame starts with. After them come the [`frame_entry`]s.
pub const fn frame_start() -> [u8; 1] {
    [FIRST_BYTE]
}

/// The bytes before a block's own in a frame.
///
/// # Errors
/// [`Code::TooLarge`] for a block of 4 GiB and more.
pub fn frame_entry(block_len: usize) -> Result<[u8; 4], Refusal> {
    let len = u32::try_from(block_len);
    let len = len.map_err(|_| Refusal::new(Code::TooLarge, "a block of 4 GiB"))?;
    Ok(len.to_be_bytes())
}

/// Whether the data of an object is a frame, and not a block.
pub fn is_frame(data: &[u8]) -> bool {
    data.first() == Some(&FIRST_BYTE)
}

/// Blocks as a frame, in the order given: leaves first.
///
/// # Errors
/// [`Code::TooLarge`] for a block of 4 GiB and more.
pub fn write_frame<'b>(blocks: impl IntoIterator<Item = &'b [u8]>) -> Result<Vec<u8>, Refusal> {
    let mut frame = frame_start().to_vec();
    for block in blocks {
        frame.extend(frame_entry(block.len())?);
        frame.extend_from_slice(block);
    }
    Ok(frame)
}

/// The blocks in a frame, in their order. Only the form is checked.
///
/// ```
/// use cideldill::transport::{read_frame, write_frame};
/// let frame = write_frame([&b"one"[..], b"two"])?;
/// assert_eq!(frame, b"\0\0\0\0\x03one\0\0\0\x03two");
/// assert_eq!(read_frame(&frame)?, [b"one", b"two"]);
/// assert!(read_frame(&frame[..frame.len() - 1]).is_err());
/// # Ok::<(), cideldill::transport::Refusal>(())
/// ```
///
/// # Errors
/// [`Code::InvalidFrame`] with the place.
pub fn read_frame(frame: &[u8]) -> Result<Vec<&[u8]>, Refusal> {
    let refused = |what: &str, rest: &[u8]| {
        let at = frame.len() - rest.len();
        Refusal::new(Code::InvalidFrame, format!("{what}, at byte {at}"))
    };
    let Some((&FIRST_BYTE, mut rest)) = frame.split_first() else {
        return Err(refused("no frame starts so", frame));
    };
    let mut blocks = Vec::new();
    loop {
        let (len, after) = rest
            .split_first_chunk()
            .ok_or_else(|| refused("a length is cut off", rest))?;
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
        let (block, after) = after
            .split_at_checked(len)
            .ok_or_else(|| refused("a block is cut off", rest))?;
        if block.is_empty() {
            return Err(refused("a block of no bytes", rest));
        }
        blocks.push(block);
        rest = after;
        if rest.is_empty() {
            return Ok(blocks);
        }
    }
}
