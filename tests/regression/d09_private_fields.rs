//! D9: a private slot was gone after its class had been registered. Here every declared field is
//! recorded, whoever may see it.

mod account {
    use cideldill::Debuggable;

    #[derive(Debuggable, Debug, PartialEq)]
    pub(super) struct Account {
        pub(super) name: String,
        __hidden: u64,
        inner: Inner,
    }

    #[derive(Debuggable, Debug, PartialEq)]
    struct Inner {
        secret: Option<u8>,
    }

    impl Account {
        pub(super) fn new(name: &str, hidden: u64) -> Self {
            Self {
                name: name.into(),
                __hidden: hidden,
                inner: Inner { secret: Some(3) },
            }
        }
    }
}
use account::Account;

use crate::support::{cid, load_as};

#[test]
fn private_fields_are_recorded_and_come_back() {
    let account = Account::new("ann", 77);
    assert_eq!(load_as::<Account>(&account).unwrap(), account);
    assert_ne!(cid(&account), cid(&Account::new("ann", 78)));
    let shown = cideldill::Value::of(&account).unwrap().to_string();
    assert!(
        shown.contains("__hidden: 77") && shown.contains("secret: Some(3)"),
        "{shown}"
    );
}
