//! A crate that knows the runtime under another name, or through another crate, can use the derive.

use runtime::Debuggable;

/// As a crate that depends on the runtime and hands it on.
mod facade {
    pub(crate) mod deep {
        pub(crate) use runtime as content;
    }
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(crate = runtime)]
struct Renamed<T> {
    id: u8,
    #[debuggable(default)]
    value: Option<T>,
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(crate = crate::facade::deep::content)]
enum Reexported {
    Unit,
    Named { value: Renamed<String> },
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(crate = "facade::deep::content")]
struct Quoted(u8);

#[runtime::debuggable(dyn, crate = crate::facade::deep::content)]
trait Behind {
    fn id(&self) -> u8;
}

impl Behind for Quoted {
    fn id(&self) -> u8 {
        self.0
    }
}

fn again<T: Debuggable>(value: &T) -> T {
    let encoded = runtime::encode(value).unwrap();
    runtime::decode(encoded.root(), &encoded).unwrap()
}

#[test]
fn the_runtime_may_have_any_name() {
    let renamed = |id| Renamed {
        id,
        value: Some("x".to_owned()),
    };
    assert_eq!(again(&renamed(1)), renamed(1));
    let value = Reexported::Named { value: renamed(2) };
    assert_eq!(again(&value), value);
    assert_eq!(again(&Reexported::Unit), Reexported::Unit);
    assert_eq!(again(&Quoted(3)), Quoted(3));
    let registry = runtime::Registry::new();
    registry
        .register_dyn::<dyn Behind, Quoted>("quoted")
        .unwrap();
    let behind: Box<dyn Behind> = Box::new(Quoted(3));
    assert_eq!(registry.enter(|| again(&behind)).id(), 3);
}
