use super::*;

fn answered(lines: &[&'static str]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(line));
    }
    negotiate(&headers).map(|answer| answer.to_str().expect("text").to_owned())
}

#[test]
fn offers_are_met_as_the_rfc_has_them() {
    let met = [
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate;client_max_window_bits=\"10\" ; server_no_context_takeover;client_no_context_takeover",
        "PerMessage-Deflate; client_max_window_bits=8",
    ];
    for offer in met {
        assert_eq!(answered(&[offer]).as_deref(), Some(NOTHING_KEPT), "{offer}");
    }
    for offer in
        ["permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits = \"12\""]
    {
        assert_eq!(answered(&[offer]).as_deref(), Some(NOTHING_KEPT_IN_WINDOW), "{offer}");
    }
    // RFC 7692 §7.1.3 and §5.1: the first offer that can be met, in their order.
    let both = "permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate; client_max_window_bits";
    assert_eq!(answered(&[both]).as_deref(), Some(NOTHING_KEPT));
    let lines = ["permessage-foo; x=10, x-webkit-deflate-frame", "permessage-deflate; server_max_window_bits=13"];
    assert_eq!(answered(&lines).as_deref(), Some(NOTHING_KEPT_IN_WINDOW));
}

#[test]
fn what_cannot_be_met_goes_without() {
    assert_eq!(answered(&[]), None);
    for offer in [
        "permessage-foo",
        "permessage-deflate; server_max_window_bits=11",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=012",
        "permessage-deflate; server_max_window_bits=+12",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=12; server_max_window_bits=12",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_no_context_takeover=1",
        "permessage-deflate; mode",
        "permessage-deflate;",
    ] {
        assert_eq!(answered(&[offer]), None, "{offer}");
    }
}

#[test]
fn what_is_deflated_is_inflated_again() {
    let deflate = Deflate::new(1);
    for length in [60, 300, 5_000, 60_000, MAX_FRAME_BYTES] {
        let text: String = (0..).map(|n| format!("{{\"n\":{n}}},")).take(length).collect::<String>()[..length].into();
        for _ in 0..2 {
            let payload = deflate.deflate(text.as_bytes()).expect("shorter");
            assert!(payload.len() < length);
            assert_eq!(deflate.inflate(payload).expect("whole"), text.as_bytes());
        }
    }
    let kept = (deflate.deflaters.lock().expect("idle").len(), deflate.inflaters.lock().expect("idle").len());
    assert_eq!(kept, (1, 1), "machines are used again");
}

#[test]
fn what_is_short_or_becomes_no_shorter_goes_as_it_is() {
    assert_eq!(Deflate::new(300).deflate(&[b'x'; 299]), None);
    assert!(Deflate::new(300).deflate(&[b'x'; 300]).is_some());
    let random = |last: &u64| Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    let noise: Vec<u8> = std::iter::successors(Some(7), random).take(600).map(|n| (n >> 40) as u8).collect();
    for length in [1, 2, 7, 100, 600] {
        assert_eq!(Deflate::new(1).deflate(&noise[..length]), None, "{length}");
    }
}

#[test]
fn the_rfcs_own_messages_are_read() {
    let hello: [&[u8]; 4] = [
        &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        // Not compressed.
        &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
        // The client ended its block.
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
        // Two blocks.
        &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
    ];
    let deflate = Deflate::new(1);
    for payload in hello {
        assert_eq!(deflate.inflate(payload.to_vec()).expect("whole"), b"Hello", "{payload:x?}");
    }
    for empty in [&[][..], &[0x00]] {
        assert_eq!(deflate.inflate(empty.to_vec()).expect("whole"), b"");
    }
}

#[test]
fn a_bomb_is_not_unpacked() {
    let mut deflater = Compress::new(Compression::best(), false);
    let mut bomb = Vec::with_capacity(1 << 20);
    deflater.compress_vec(&vec![b' '; 50 << 20], &mut bomb, FlushCompress::Sync).expect("deflated");
    bomb.truncate(bomb.len() - FLUSHED.len());
    assert!(bomb.len() < MAX_FRAME_BYTES, "{} bytes", bomb.len());
    let deflate = Deflate::new(1);
    assert_eq!(deflate.inflate(bomb), Err(TOO_LARGE));
    assert_eq!(deflate.inflate(vec![0x00]), Ok(Vec::new()), "the next one isn't hurt");
}

#[test]
fn what_is_broken_is_refused() {
    let deflate = Deflate::new(1);
    let whole = deflate.deflate(r#"{"op":"ping","ref":"pingpingpingpingpingpingping"}"#.as_bytes()).expect("shorter");
    for cut in 1..whole.len() {
        assert_eq!(deflate.inflate(whole[..cut].to_vec()), Err(BROKEN), "cut at {cut}");
    }
    for broken in [&[0x07][..], &[0xff; 40], &[0x00, 0x05, 0x00, 0x00, 0x00]] {
        assert_eq!(deflate.inflate(broken.to_vec()), Err(BROKEN), "{broken:x?}");
    }
    assert_eq!(deflate.inflate(whole.clone()).map(|text| text.len()), Ok(50));
}
