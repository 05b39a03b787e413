//! Many blocks as bytes, without names (docs/protocol.md section 10).

use std::io::{ErrorKind, Read};

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

/// Reads a frame block by block, so that a value of any size passes through little memory.
///
/// ```
/// use cideldill::transport::{FrameReader, write_frame};
/// let frame = write_frame([&b"one"[..], b"two"])?;
/// let mut reader = FrameReader::new(&frame[..], 1 << 20);
/// assert_eq!(reader.next_block()?.as_deref(), Some(&b"one"[..]));
/// assert_eq!(reader.next_block()?.as_deref(), Some(&b"two"[..]));
/// assert_eq!(reader.next_block()?, None);
/// # Ok::<(), cideldill::transport::Refusal>(())
/// ```
#[derive(Debug)]
pub struct FrameReader<R> {
    from: R,
    max_block_bytes: usize,
    at: u64,
}

impl<R: Read> FrameReader<R> {
    /// Reads from here; a block of more bytes than these is refused before it is read.
    pub fn new(from: R, max_block_bytes: usize) -> Self {
        Self {
            from,
            max_block_bytes,
            at: 0,
        }
    }

    /// The next block; `None` at the end.
    ///
    /// # Errors
    /// [`Code::InvalidFrame`] with the place, also where the frame is cut off or cannot be read;
    /// [`Code::TooLarge`].
    pub fn next_block(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        let is_first = self.at == 0;
        if is_first {
            let mut first = [0];
            if self.fill(&mut first)? < 1 || first != [FIRST_BYTE] {
                return Err(self.refused("no frame starts so"));
            }
        }
        let mut len = [0; 4];
        match self.fill(&mut len)? {
            4 => {}
            0 if !is_first => return Ok(None),
            _ => return Err(self.refused("a length is cut off")),
        }
        let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
        if len == 0 {
            return Err(self.refused("a block of no bytes"));
        }
        if len > self.max_block_bytes {
            let message = format!("a block of {len} bytes, at byte {}", self.at);
            return Err(Refusal::new(Code::TooLarge, message));
        }
        let mut block = vec![0; len];
        if self.fill(&mut block)? < len {
            return Err(self.refused("a block is cut off"));
        }
        Ok(Some(block))
    }

    /// Reads until the buffer is full or nothing more comes, and says how much came.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Refusal> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.from.read(rest) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.refused(&format!("cut off: {error}"))),
            }
        }
        self.at += filled as u64;
        Ok(filled)
    }

    #[cold]
    fn refused(&self, what: &str) -> Refusal {
        Refusal::new(Code::InvalidFrame, format!("{what}, at byte {}", self.at))
    }
}
