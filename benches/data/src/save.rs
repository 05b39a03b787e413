//! 500 players of a saved game: records of mixed kinds, optional parts, many short strings.

use cideldill::Debuggable;
use serde::{Deserialize, Serialize};

use crate::random::Random;

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub enum GameType {
    Survival,
    Creative,
    Adventure,
    Spectator,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Item {
    pub count: i8,
    pub slot: u8,
    pub id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Abilities {
    pub walk_speed: f32,
    pub fly_speed: f32,
    pub may_fly: bool,
    pub flying: bool,
    pub invulnerable: bool,
    pub may_build: bool,
    pub instabuild: bool,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Entity {
    pub id: String,
    pub pos: (f64, f64, f64),
    pub motion: (f64, f64, f64),
    pub rotation: (f32, f32),
    pub fall_distance: f32,
    pub fire: u16,
    pub air: u16,
    pub on_ground: bool,
    pub no_gravity: bool,
    pub invulnerable: bool,
    pub portal_cooldown: i32,
    pub uuid: [u32; 4],
    pub custom_name: Option<String>,
    pub custom_name_visible: bool,
    pub silent: bool,
    pub glowing: bool,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct RecipeBook {
    pub recipes: Vec<String>,
    pub to_be_displayed: Vec<String>,
    pub is_filtering_craftable: bool,
    pub is_gui_open: bool,
    pub is_furnace_filtering_craftable: bool,
    pub is_furnace_gui_open: bool,
    pub is_blasting_furnace_filtering_craftable: bool,
    pub is_blasting_furnace_gui_open: bool,
    pub is_smoker_filtering_craftable: bool,
    pub is_smoker_gui_open: bool,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Player {
    pub game_type: GameType,
    pub previous_game_type: GameType,
    pub score: i64,
    pub dimension: String,
    pub selected_item_slot: u32,
    pub selected_item: Item,
    pub spawn_dimension: Option<String>,
    pub spawn_x: i64,
    pub spawn_y: i64,
    pub spawn_z: i64,
    pub spawn_forced: Option<bool>,
    pub sleep_timer: u16,
    pub food_exhaustion_level: f32,
    pub food_saturation_level: f32,
    pub food_tick_timer: u32,
    pub xp_level: u32,
    pub xp_p: f32,
    pub xp_total: i32,
    pub xp_seed: i32,
    pub inventory: Vec<Item>,
    pub ender_items: Vec<Item>,
    pub abilities: Abilities,
    pub entered_nether_position: Option<(f64, f64, f64)>,
    pub root_vehicle: Option<([u32; 4], Entity)>,
    pub shoulder_entity_left: Option<Entity>,
    pub shoulder_entity_right: Option<Entity>,
    pub seen_credits: bool,
    pub recipe_book: RecipeBook,
}

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct SaveData {
    pub players: Vec<Player>,
}

const IDS: &[&str] = &[
    "minecraft:oak_planks",
    "minecraft:cobblestone",
    "minecraft:diamond_pickaxe",
    "minecraft:red_sandstone",
    "minecraft:gravel",
    "minecraft:iron_shovel",
    "minecraft:leather_chestplate",
    "minecraft:cooked_beef",
];
const RECIPES: &[&str] = &[
    "minecraft:wooden_pickaxe",
    "minecraft:torch",
    "minecraft:bow",
    "minecraft:crafting_table",
    "minecraft:furnace",
    "minecraft:shears",
    "minecraft:spectral_arrow",
    "minecraft:tnt",
];
const ENTITIES: &[&str] = &[
    "minecraft:cow",
    "minecraft:sheep",
    "minecraft:zombie",
    "minecraft:skeleton",
    "minecraft:cave_spider",
    "minecraft:creeper",
    "minecraft:parrot",
    "minecraft:bee",
];
const DIMENSIONS: &[&str] = &[
    "minecraft:overworld",
    "minecraft:the_nether",
    "minecraft:the_end",
];
const GAME_TYPES: &[GameType] = &[
    GameType::Survival,
    GameType::Creative,
    GameType::Adventure,
    GameType::Spectator,
];

pub fn save_data(n: usize) -> SaveData {
    let mut random = Random::new(3);
    let players = (0..n).map(|_| player(&mut random)).collect();
    SaveData { players }
}

fn item(random: &mut Random) -> Item {
    Item {
        count: random.below(64) as i8,
        slot: random.below(256) as u8,
        id: (*random.pick(IDS)).into(),
    }
}

fn position(random: &mut Random) -> (f64, f64, f64) {
    let mut coordinate = || f64::from(random.signed_unit()) * 1e6;
    (coordinate(), coordinate(), coordinate())
}

fn uuid(random: &mut Random) -> [u32; 4] {
    std::array::from_fn(|_| random.bits() as u32)
}

fn entity(random: &mut Random) -> Entity {
    Entity {
        id: (*random.pick(ENTITIES)).into(),
        pos: position(random),
        motion: position(random),
        rotation: (random.signed_unit() * 180.0, random.signed_unit() * 90.0),
        fall_distance: random.signed_unit(),
        fire: random.bits() as u16,
        air: random.bits() as u16,
        on_ground: random.chance(2),
        no_gravity: random.chance(2),
        invulnerable: random.chance(2),
        portal_cooldown: random.bits() as i32,
        uuid: uuid(random),
        custom_name: random.option(|random| (*random.pick(ENTITIES)).to_owned()),
        custom_name_visible: random.chance(2),
        silent: random.chance(2),
        glowing: random.chance(2),
    }
}

fn recipe_book(random: &mut Random) -> RecipeBook {
    let recipe = |random: &mut Random| (*random.pick(RECIPES)).to_owned();
    RecipeBook {
        recipes: random.vec(0..150, recipe),
        to_be_displayed: random.vec(0..10, recipe),
        is_filtering_craftable: random.chance(2),
        is_gui_open: random.chance(2),
        is_furnace_filtering_craftable: random.chance(2),
        is_furnace_gui_open: random.chance(2),
        is_blasting_furnace_filtering_craftable: random.chance(2),
        is_blasting_furnace_gui_open: random.chance(2),
        is_smoker_filtering_craftable: random.chance(2),
        is_smoker_gui_open: random.chance(2),
    }
}

fn player(random: &mut Random) -> Player {
    Player {
        game_type: *random.pick(GAME_TYPES),
        previous_game_type: *random.pick(GAME_TYPES),
        score: random.bits() as i64,
        dimension: (*random.pick(DIMENSIONS)).into(),
        selected_item_slot: random.bits() as u32,
        selected_item: item(random),
        spawn_dimension: random.option(|random| (*random.pick(DIMENSIONS)).to_owned()),
        spawn_x: random.bits() as i64,
        spawn_y: random.bits() as i64,
        spawn_z: random.bits() as i64,
        spawn_forced: random.option(|random| random.chance(2)),
        sleep_timer: random.bits() as u16,
        food_exhaustion_level: random.signed_unit(),
        food_saturation_level: random.signed_unit(),
        food_tick_timer: random.bits() as u32,
        xp_level: random.bits() as u32,
        xp_p: random.signed_unit(),
        xp_total: random.bits() as i32,
        xp_seed: random.bits() as i32,
        inventory: random.vec(0..40, item),
        ender_items: random.vec(0..27, item),
        abilities: Abilities {
            walk_speed: random.signed_unit(),
            fly_speed: random.signed_unit(),
            may_fly: random.chance(2),
            flying: random.chance(2),
            invulnerable: random.chance(2),
            may_build: random.chance(2),
            instabuild: random.chance(2),
        },
        entered_nether_position: random.option(position),
        root_vehicle: random.option(|random| (uuid(random), entity(random))),
        shoulder_entity_left: random.option(entity),
        shoulder_entity_right: random.option(entity),
        seen_credits: random.chance(2),
        recipe_book: recipe_book(random),
    }
}
