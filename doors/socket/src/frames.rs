//! What a client says, out of the bytes that come: frames (RFC 6455 §5) become messages. Between messages nothing is
//! kept, so that a silent socket holds no memory here.

use crate::{MAX_FRAME_BYTES, deflate::Deflate};
use std::{io::Cursor, sync::Arc};
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    /// It closes the socket, with this code or with none.
    Close(Option<u16>),
}

/// The client broke the protocol: a close code and a reason.
pub(crate) type Broken = (u16, &'static str);

const PROTOCOL_ERROR: Broken = (1002, "protocol error");
const NOT_UTF8: Broken = (1007, "not UTF-8");
pub(crate) const TOO_LARGE: Broken = (1009, "frame too large");
/// No payload of a control frame is longer, in bytes.
const CONTROL_BYTES: usize = 125;

/// Bytes of a client that are no whole message yet.
#[derive(Default)]
pub(crate) struct Frames {
    /// Where it was agreed that messages may be deflated.
    deflate: Option<Arc<Deflate>>,
    unread: Vec<u8>,
    /// Of `unread`, what was taken already.
    taken: usize,
    /// The message whose first frames have come.
    begun: Option<Box<Begun>>,
}

#[derive(Debug)]
struct Begun {
    is_text: bool,
    is_deflated: bool,
    payload: Vec<u8>,
}

impl Frames {
    pub(crate) fn new(deflate: Option<Arc<Deflate>>) -> Self {
        Self { deflate, ..Self::default() }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.unread.drain(..self.taken);
            self.taken = 0;
        }
        self.unread.extend_from_slice(bytes);
    }

    /// The next whole message. After an error the stream can't be read on.
    pub(crate) fn next(&mut self) -> Result<Option<Said>, Broken> {
        loop {
            let Some((header, mut payload)) = self.frame()? else {
                if self.taken == self.unread.len() {
                    (self.unread, self.taken) = (Vec::new(), 0);
                }
                return Ok(None);
            };
            let data = match header.opcode {
                OpCode::Control(control) => return said(control, payload).map(Some),
                OpCode::Data(data) => data,
            };
            let begun = match (data, self.begun.take()) {
                (Data::Continue, Some(mut begun)) => {
                    begun.payload.append(&mut payload);
                    *begun
                }
                (Data::Text | Data::Binary, None) => {
                    Begun { is_text: data == Data::Text, is_deflated: header.rsv1, payload }
                }
                _ => return Err(PROTOCOL_ERROR),
            };
            if !header.is_final {
                self.begun = Some(Box::new(begun));
                continue;
            }
            let payload = match &self.deflate {
                Some(deflate) if begun.is_deflated => deflate.inflate(begun.payload)?,
                _ => begun.payload,
            };
            return match begun.is_text {
                true => String::from_utf8(payload).map(|text| Some(Said::Text(text))).map_err(|_| NOT_UTF8),
                false => Ok(Some(Said::Binary)),
            };
        }
    }

    /// The next whole frame, its payload unmasked.
    fn frame(&mut self) -> Result<Option<(FrameHeader, Vec<u8>)>, Broken> {
        let mut cursor = Cursor::new(&self.unread[self.taken..]);
        let Some((header, length)) = FrameHeader::parse(&mut cursor).map_err(|_| PROTOCOL_ERROR)? else {
            return Ok(None);
        };
        let length = usize::try_from(length).map_err(|_| TOO_LARGE)?;
        self.check(&header, length)?;
        let Some(mask) = header.mask else { return Err(PROTOCOL_ERROR) };
        let start = self.taken + cursor.position() as usize;
        let Some(masked) = self.unread.get(start..start + length) else { return Ok(None) };
        let mut payload = masked.to_vec();
        self.taken = start + length;
        let mask = u32::from_ne_bytes(mask);
        let (words, rest) = payload.as_chunks_mut::<4>();
        words.iter_mut().for_each(|word| *word = (u32::from_ne_bytes(*word) ^ mask).to_ne_bytes());
        rest.iter_mut().zip(mask.to_ne_bytes()).for_each(|(byte, mask)| *byte ^= mask);
        Ok(Some((header, payload)))
    }

    /// Known by the header, before the payload has come.
    fn check(&self, header: &FrameHeader, length: usize) -> Result<(), Broken> {
        let is_control = matches!(header.opcode, OpCode::Control(_));
        // Said of a message by its first frame (RFC 7692 §6).
        let may_be_deflated =
            self.deflate.is_some() && matches!(header.opcode, OpCode::Data(Data::Text | Data::Binary));
        let is_unknown = (header.rsv1 && !may_be_deflated) || header.rsv2 || header.rsv3;
        if is_unknown || (is_control && (!header.is_final || length > CONTROL_BYTES)) {
            return Err(PROTOCOL_ERROR);
        }
        let before = self.begun.as_ref().filter(|_| !is_control).map_or(0, |begun| begun.payload.len());
        if length > MAX_FRAME_BYTES - before { Err(TOO_LARGE) } else { Ok(()) }
    }
}

fn said(control: Control, payload: Vec<u8>) -> Result<Said, Broken> {
    match control {
        Control::Ping => Ok(Said::Ping(payload)),
        Control::Pong => Ok(Said::Pong),
        Control::Close => match &payload[..] {
            [] => Ok(Said::Close(None)),
            [high, low, reason @ ..] => {
                let code = u16::from_be_bytes([*high, *low]);
                // RFC 6455 §7.4: those that may stand in a frame.
                if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                    return Err(PROTOCOL_ERROR);
                }
                std::str::from_utf8(reason).map_err(|_| NOT_UTF8)?;
                Ok(Said::Close(Some(code)))
            }
            _ => Err(PROTOCOL_ERROR),
        },
        Control::Reserved(_) => Err(PROTOCOL_ERROR),
    }
}

#[cfg(test)]
mod tests;
