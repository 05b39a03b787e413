//! Names as text: what parses prints the same, and what is printed parses to the same.
#![no_main]

use cideldill::{Cid, Epoch, Path};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(bytes) = data.first_chunk() {
        let cid = Cid::from_bytes(*bytes);
        assert_eq!(cid.to_string().parse(), Ok(cid));
        assert_eq!(&cid.to_string()[..12], cid.short());
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(cid) = text.parse::<Cid>() {
        assert_eq!(cid.to_string(), text);
    }
    if let Ok(epoch) = text.parse::<Epoch>() {
        assert_eq!(epoch.to_string(), text);
    }
    if let Ok(path) = text.parse::<Path>() {
        let printed = format!("{path:#}");
        assert_eq!(printed.parse(), Ok(path), "{printed}");
    }
});
