//! A node that holds a weak pointer to what holds it is begun anew. What was made meanwhile is forgotten
//! and made again, and may have to begin anew itself: the second time it did not, and its weak pointer
//! was lost.

use std::rc::{Rc, Weak};

use cideldill::{Debuggable, Store};

#[derive(Debuggable)]
struct Subject {
    observers: Vec<Weak<Observer>>,
}

#[derive(Debuggable)]
struct Observer {
    subject: Rc<Subject>,
}

#[derive(Debuggable)]
struct Pair {
    subject: Rc<Subject>,
    observer: Rc<Observer>,
}

#[derive(Debuggable)]
struct Watcher {
    pair: Weak<Pair>,
    holder: Weak<Holder>,
}

#[derive(Debuggable)]
struct Holder {
    watcher: Rc<Watcher>,
}

#[derive(Debuggable)]
struct Whole {
    watcher: Rc<Watcher>,
    pair: Rc<Pair>,
    holder: Rc<Holder>,
}

fn pair() -> Pair {
    let observer = Rc::new_cyclic(|observer| Observer {
        subject: Rc::new(Subject {
            observers: vec![observer.clone()],
        }),
    });
    Pair {
        subject: Rc::clone(&observer.subject),
        observer,
    }
}

#[test]
fn no_weak_pointer_is_lost() {
    let pair = Rc::new(pair());
    let holder = Rc::new_cyclic(|holder| Holder {
        watcher: Rc::new(Watcher {
            pair: Rc::downgrade(&pair),
            holder: holder.clone(),
        }),
    });
    let watcher = Rc::clone(&holder.watcher);
    let store = Store::in_memory();
    let cid = store
        .put(&Whole {
            watcher,
            pair,
            holder,
        })
        .unwrap();
    let loaded = store.load_reporting::<Whole>(cid).unwrap();
    assert_eq!(loaded.weak_lost, 0);
    let back = loaded.value;
    assert!(Weak::ptr_eq(&back.watcher.pair, &Rc::downgrade(&back.pair)));
    assert!(Weak::ptr_eq(
        &back.watcher.holder,
        &Rc::downgrade(&back.holder)
    ));
    let observer = back.pair.subject.observers[0].upgrade().unwrap();
    assert!(Rc::ptr_eq(&observer, &back.pair.observer));
    assert_eq!(store.put(&back).unwrap(), cid);
}
