use super::*;

const TEXT: u8 = 0x81;
const TEXT_BEGUN: u8 = 0x01;
const CONTINUED: u8 = 0x00;
const CONTINUED_LAST: u8 = 0x80;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// A frame as a client writes it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [7, 0x55, 0, 0xff];
    let mut bytes = vec![first];
    match payload.len() {
        short @ ..=125 => bytes.push(0x80 | short as u8),
        medium @ ..=65_535 => {
            bytes.push(0x80 | 126);
            bytes.extend((medium as u16).to_be_bytes());
        }
        long => {
            bytes.push(0x80 | 127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// All that is said by these bytes, and how it breaks when it does.
fn hear(frames: &mut Frames, bytes: &[u8]) -> (Vec<Said>, Option<u16>) {
    frames.push(bytes);
    let mut all = Vec::new();
    loop {
        match frames.next() {
            Ok(Some(said)) => all.push(said),
            Ok(None) => return (all, None),
            Err((code, _)) => return (all, Some(code)),
        }
    }
}

fn text(text: &str) -> Said {
    Said::Text(text.into())
}

#[test]
fn messages_come_whole_however_their_bytes_are_cut() {
    let long = "ü".repeat(20_000);
    let bytes: Vec<u8> = [
        frame(TEXT, b"one"),
        frame(TEXT_BEGUN, "Gr\u{fc}n".as_bytes()),
        frame(PING, b"between"),
        frame(CONTINUED, b"de"),
        frame(CONTINUED_LAST, b""),
        frame(BINARY, &[0, 255]),
        frame(PONG, b""),
        frame(TEXT, long.as_bytes()),
        frame(TEXT, b""),
        frame(CLOSE, &[0x03, 0xe8, b'b', b'y', b'e']),
    ]
    .concat();
    let wanted = [
        text("one"),
        Said::Ping(b"between".to_vec()),
        text("Gründe"),
        Said::Binary,
        Said::Pong,
        text(&long),
        text(""),
        Said::Close(Some(1000)),
    ];
    for cut in [1, 2, 3, 7, 64, 4_096, bytes.len()] {
        let mut frames = Frames::default();
        let heard: Vec<Said> = bytes.chunks(cut).flat_map(|part| hear(&mut frames, part).0).collect();
        assert_eq!(heard, wanted, "cut at {cut}");
        assert_eq!((frames.unread.capacity(), frames.begun.is_none()), (0, true), "a silent socket holds nothing");
    }
}

#[test]
fn what_breaks_the_protocol_is_told_by_its_code() {
    let code = |bytes: &[Vec<u8>]| hear(&mut Frames::default(), &bytes.concat()).1;
    let mut unmasked = vec![TEXT, 2];
    unmasked.extend(b"hi");
    assert_eq!(code(&[unmasked]), Some(1002));
    for first in [0xc1, 0xa1, 0x91, 0x83, 0x8b, PING & 0x7f, CONTINUED, CONTINUED_LAST] {
        assert_eq!(code(&[frame(first, b"x")]), Some(1002), "{first:#x}");
    }
    assert_eq!(code(&[frame(TEXT_BEGUN, b"x"), frame(TEXT, b"y")]), Some(1002));
    assert_eq!(code(&[frame(PING, &[b'x'; 126])]), Some(1002));
    assert_eq!(code(&[frame(TEXT, &[0xc3, 0x28])]), Some(1007));
    assert_eq!(code(&[frame(CLOSE, b"x")]), Some(1002));
    for invalid in [0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535_u16] {
        assert_eq!(code(&[frame(CLOSE, &invalid.to_be_bytes())]), Some(1002), "{invalid}");
    }
    assert_eq!(code(&[frame(CLOSE, &[0x03, 0xe8, 0xff])]), Some(1007));
    assert_eq!(hear(&mut Frames::default(), &frame(CLOSE, b"")), (vec![Said::Close(None)], None));
}

const DEFLATED: u8 = TEXT | 0x40;
const DEFLATED_BEGUN: u8 = TEXT_BEGUN | 0x40;
/// "Hello", as RFC 7692 §7.2.3.1 deflates it.
const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

fn deflating() -> Frames {
    Frames::new(Some(Arc::new(Deflate::new(1))))
}

#[test]
fn deflated_messages_come_whole_too() {
    let bytes: Vec<u8> = [
        frame(DEFLATED, &HELLO),
        frame(DEFLATED_BEGUN, &HELLO[..3]),
        frame(PING, b"between"),
        frame(CONTINUED_LAST, &HELLO[3..]),
        frame(TEXT, b"as it is"),
        frame(BINARY | 0x40, &HELLO),
    ]
    .concat();
    let wanted = [text("Hello"), Said::Ping(b"between".to_vec()), text("Hello"), text("as it is"), Said::Binary];
    for cut in [1, 5, bytes.len()] {
        let mut frames = deflating();
        let heard: Vec<Said> = bytes.chunks(cut).flat_map(|part| hear(&mut frames, part).0).collect();
        assert_eq!(heard, wanted, "cut at {cut}");
        assert_eq!((frames.unread.capacity(), frames.begun.is_none()), (0, true), "a silent socket holds nothing");
    }
}

#[test]
fn only_the_first_frame_of_a_message_says_that_it_is_deflated() {
    let code = |bytes: &[Vec<u8>]| hear(&mut deflating(), &bytes.concat()).1;
    assert_eq!(code(&[frame(PING | 0x40, b"x")]), Some(1002));
    assert_eq!(code(&[frame(DEFLATED_BEGUN, &HELLO[..3]), frame(CONTINUED_LAST | 0x40, &HELLO[3..])]), Some(1002));
    assert_eq!(code(&[frame(TEXT_BEGUN, b"x"), frame(CONTINUED_LAST | 0x40, b"y")]), Some(1002));
    assert_eq!(code(&[frame(TEXT | 0x60, &HELLO)]), Some(1002));
    assert_eq!(code(&[frame(DEFLATED, &[0xff; 9])]), Some(1007));
    assert_eq!(code(&[frame(DEFLATED, &HELLO[..4])]), Some(1007));
    // Not compressed, and not UTF-8.
    assert_eq!(code(&[frame(DEFLATED, &[0, 2, 0, 0xfd, 0xff, 0xc3, 0x28, 0])]), Some(1007));
    let without = hear(&mut Frames::default(), &frame(DEFLATED, &HELLO));
    assert_eq!(without, (vec![], Some(1002)), "it wasn't agreed");
}

#[test]
fn what_is_too_large_is_refused_before_it_has_come() {
    let most = vec![b'x'; MAX_FRAME_BYTES];
    assert_eq!(hear(&mut Frames::default(), &frame(TEXT, &most)).0.len(), 1);
    let more = frame(TEXT, &vec![b'x'; MAX_FRAME_BYTES + 1]);
    assert_eq!(hear(&mut Frames::default(), &more[..14]), (vec![], Some(1009)));
    let huge = [TEXT, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4];
    assert_eq!(hear(&mut Frames::default(), &huge), (vec![], Some(1009)));
    let parts = [frame(TEXT_BEGUN, &most), frame(PING, b"fits"), frame(CONTINUED_LAST, b"x")].concat();
    assert_eq!(hear(&mut Frames::default(), &parts), (vec![Said::Ping(b"fits".to_vec())], Some(1009)));
}
