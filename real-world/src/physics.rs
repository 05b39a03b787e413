//! A world of bodies, stepped 1,000 times, recorded through serde after every step.

use std::time::Instant;

use cideldill::{Cid, Debuggable, Store, compute_cid};
use rapier2d::prelude::*;

use crate::Outcome;
use crate::report::{changes, put};

#[derive(Debuggable)]
struct World {
    #[debuggable(serde)]
    state: PhysicsWorld,
}

const STEPS: usize = 1_000;

/// A ground, walls, and boxes and balls that fall on each other.
fn world() -> World {
    let mut state = PhysicsWorld::new();
    state.insert(
        RigidBodyBuilder::fixed(),
        ColliderBuilder::cuboid(20.0, 0.1),
    );
    for n in 0..60_u8 {
        let (row, column) = (f32::from(n / 6), f32::from(n % 6));
        let at = Vector::new(column * 1.1 + row * 0.07, 1.0 + row * 1.2);
        let collider = if n % 3 == 0 {
            ColliderBuilder::ball(0.4)
        } else {
            ColliderBuilder::cuboid(0.4, 0.3)
        };
        state.insert(RigidBodyBuilder::dynamic().translation(at), collider);
    }
    World { state }
}

pub(crate) fn run() -> Outcome {
    let store = Store::in_memory();
    let mut world = world();
    let start = put(&store, "61 bodies, before the first step", &world)?;
    let mut cids: Vec<Cid> = vec![start];
    let (mut all, mut new) = (0, 0);
    let started = Instant::now();
    for step in 1..=STEPS {
        world.state.step();
        if [1, 10, 100, 250, 500, 1_000].contains(&step) {
            cids.push(put(&store, &format!("step {step}"), &world)?);
        } else {
            let put = store.put_reporting(&world)?;
            all += put.report.bytes;
            new += put.report.new_bytes;
            cids.push(put.cid);
        }
    }
    let others = STEPS as u64 - 6;
    println!(
        "  mean of the other steps: {} bytes, of which new {}; stepping and recording {:.1?}",
        all / others,
        new / others,
        started.elapsed()
    );
    changes(&store, cids[STEPS - 1], cids[STEPS])?;

    let mut again: World = store.load(cids[500])?;
    println!(
        "  step 500 loaded: recorded again it has the same CID: {}",
        compute_cid(&again)? == cids[500]
    );
    let mut same = 0;
    for cid in &cids[501..] {
        again.state.step();
        if compute_cid(&again)? != *cid {
            break;
        }
        same += 1;
    }
    println!(
        "  stepped on from there: {same} of {} steps have the CID of the first run",
        STEPS - 500
    );
    if same < STEPS - 500 {
        println!("  the first difference, of step {}:", 501 + same);
        let other = store.put(&again)?;
        changes(&store, cids[501 + same], other)?;
    }
    Ok(())
}
