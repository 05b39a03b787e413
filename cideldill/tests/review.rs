//! What a review found: each was wrong once.

use cideldill::{Cid, compute_cid};

mod thread_end {
    use std::sync::mpsc::{Sender, channel};

    use super::{Cid, compute_cid};

    struct AtEnd(Sender<Cid>);

    impl Drop for AtEnd {
        fn drop(&mut self) {
            self.0.send(compute_cid(&1_u8).unwrap()).unwrap();
        }
    }

    thread_local! {
        static AT_END: std::cell::OnceCell<AtEnd> = const { std::cell::OnceCell::new() };
    }

    #[test]
    fn values_encode_while_a_thread_ends() {
        let (sender, receiver) = channel();
        let thread = std::thread::spawn(move || {
            AT_END.with(|at_end| at_end.set(AtEnd(sender)).is_ok());
            // Buffers kept by the thread are gone before what was there earlier.
            compute_cid(&2_u8).unwrap();
        });
        thread.join().unwrap();
        assert_eq!(receiver.recv().unwrap(), compute_cid(&1_u8).unwrap());
    }
}
