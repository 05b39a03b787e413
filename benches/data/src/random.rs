//! A small deterministic generator (xorshift64*, Vigna 2016): the data is the same everywhere.

#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `end`, which is above 0.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    pub fn chance(&mut self, one_in: u64) -> bool {
        self.below(one_in) == 0
    }

    /// In `-1.0..1.0`, with a resolution that f32 holds exactly.
    pub fn signed_unit(&mut self) -> f32 {
        (self.below(1 << 24) as f32) / (1 << 23) as f32 - 1.0
    }

    pub fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len() as u64) as usize]
    }

    pub fn option<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(2).then(|| make(self))
    }

    pub fn vec<T>(
        &mut self,
        len: std::ops::Range<u64>,
        mut make: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let n = len.start + self.below(len.end - len.start);
        (0..n).map(|_| make(self)).collect()
    }
}
