//! 1,000 updates that a game's server sends: enums, small numbers, short sequences.

use cideldill::Debuggable;
use serde::{Deserialize, Serialize};

use crate::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub enum EntityType {
    ArleighBurke,
    Barrel,
    Bismarck,
    Clemenceau,
    Coin,
    Dredger,
    Essex,
    Fairmile,
    Hq,
    Komar,
    Kolkata,
    Mark18,
    Oasis,
    Olympias,
    Osa,
    Seahawk,
    Torpedo,
    Yasen,
    Zubr,
}

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Transform {
    pub altitude: i8,
    pub angle: u16,
    pub position: (f32, f32),
    pub velocity: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Guidance {
    pub direction_target: u16,
    pub submerge: bool,
    pub velocity_target: i16,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Contact {
    pub damage: u8,
    pub entity_id: u32,
    pub entity_type: Option<EntityType>,
    pub guidance: Guidance,
    pub player_id: Option<u16>,
    pub reloads: Vec<bool>,
    pub transform: Transform,
    pub turret_angles: Vec<u16>,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct TerrainUpdate {
    pub chunk_id: (i8, i8),
    #[serde(with = "serde_bytes")]
    pub data: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Update {
    pub contacts: Vec<Contact>,
    pub score: u32,
    pub world_radius: f32,
    pub terrain_updates: Vec<TerrainUpdate>,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Updates {
    pub updates: Vec<Update>,
}

const TYPES: &[EntityType] = &[
    EntityType::ArleighBurke,
    EntityType::Barrel,
    EntityType::Bismarck,
    EntityType::Clemenceau,
    EntityType::Coin,
    EntityType::Dredger,
    EntityType::Essex,
    EntityType::Fairmile,
    EntityType::Hq,
    EntityType::Komar,
    EntityType::Kolkata,
    EntityType::Mark18,
    EntityType::Oasis,
    EntityType::Olympias,
    EntityType::Osa,
    EntityType::Seahawk,
    EntityType::Torpedo,
    EntityType::Yasen,
    EntityType::Zubr,
];

pub fn updates(n: usize) -> Updates {
    let mut random = Random::new(4);
    let updates = (0..n).map(|_| update(&mut random)).collect();
    Updates { updates }
}

fn contact(random: &mut Random) -> Contact {
    Contact {
        damage: random.bits() as u8,
        entity_id: random.bits() as u32,
        entity_type: random.option(|random| *random.pick(TYPES)),
        guidance: Guidance {
            direction_target: random.bits() as u16,
            submerge: random.chance(2),
            velocity_target: random.bits() as i16,
        },
        player_id: random.option(|random| random.bits() as u16),
        reloads: random.vec(0..8, |random| random.chance(2)),
        transform: Transform {
            altitude: random.bits() as i8,
            angle: random.bits() as u16,
            position: (random.signed_unit() * 1000.0, random.signed_unit() * 1000.0),
            velocity: random.bits() as i16,
        },
        turret_angles: random.vec(0..8, |random| random.bits() as u16),
    }
}

fn terrain_update(random: &mut Random) -> TerrainUpdate {
    TerrainUpdate {
        chunk_id: (random.bits() as i8, random.bits() as i8),
        data: random.vec(16..128, |random| random.bits() as u8),
    }
}

fn update(random: &mut Random) -> Update {
    Update {
        contacts: random.vec(0..33, contact),
        score: random.bits() as u32,
        world_radius: random.signed_unit() * 5000.0,
        terrain_updates: random.vec(0..3, terrain_update),
    }
}
