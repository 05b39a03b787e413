//! Types of other crates, several at once, from a program to a server in another process, into its
//! store and out again.

use std::alloc::Layout;
use std::io::ErrorKind;

use cideldill::transport::Sender;
use cideldill::{Debuggable, Store, decode, register_reducer};
use serde_json::json;

use crate::server::{ServerProcess, said, store_path};

#[derive(Debuggable, Debug, PartialEq)]
struct Report {
    #[debuggable(serde)]
    body: serde_json::Value,
    #[debuggable(with = "layout")]
    layout: Layout,
    #[debuggable(reducer)]
    failure: ErrorKind,
    notes: Vec<String>,
}

mod layout {
    use std::alloc::{Layout, LayoutError};

    pub(crate) fn reduce(layout: &Layout) -> (u64, u64) {
        (layout.size() as u64, layout.align() as u64)
    }

    pub(crate) fn reconstruct((size, align): (u64, u64)) -> Result<Layout, LayoutError> {
        let part = |n| usize::try_from(n).unwrap_or(usize::MAX);
        Layout::from_size_align(part(size), part(align))
    }
}

fn reports() -> Vec<Report> {
    let report = |n: usize| Report {
        body: json!({"n": n, "list": [1, null, "text"], "deep": {"x": 1.5}}),
        layout: Layout::array::<u64>(n + 1).unwrap(),
        failure: if n == 0 {
            ErrorKind::NotFound
        } else {
            ErrorKind::TimedOut
        },
        notes: vec!["words ".repeat(300); n],
    };
    (0..5).map(report).collect()
}

#[test]
fn foreign_types_go_from_a_client_through_a_server_and_its_store_and_back() {
    register_reducer::<ErrorKind, bool, _>(
        "io-error-kind",
        |kind| *kind == ErrorKind::NotFound,
        |is_not_found| {
            let kinds = [ErrorKind::TimedOut, ErrorKind::NotFound];
            Ok::<_, std::convert::Infallible>(kinds[usize::from(is_not_found)])
        },
    )
    .unwrap();
    let home = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(home.path());
    let cid = Sender::new(server.http()).send(&reports()).unwrap();
    assert_eq!(
        decode::<Vec<Report>>(cid, &server.http()).unwrap(),
        reports()
    );
    server.stop();
    assert!(said(home.path(), &["show", &cid.to_string()]).contains("io-error-kind"));
    let store = Store::open(store_path(home.path())).unwrap();
    assert_eq!(store.load::<Vec<Report>>(cid).unwrap(), reports());
}
