//! A mesh of 125,000 triangles.

use cideldill::Debuggable;
use serde::{Deserialize, Serialize};

use crate::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Vector3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Triangle {
    pub v0: Vector3,
    pub v1: Vector3,
    pub v2: Vector3,
    pub normal: Vector3,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Mesh {
    pub triangles: Vec<Triangle>,
}

pub fn mesh(n: usize) -> Mesh {
    let mut random = Random::new(2);
    let mut vector = || Vector3 {
        x: random.signed_unit(),
        y: random.signed_unit(),
        z: random.signed_unit(),
    };
    let triangles = (0..n)
        .map(|_| Triangle {
            v0: vector(),
            v1: vector(),
            v2: vector(),
            normal: vector(),
        })
        .collect();
    Mesh { triangles }
}
