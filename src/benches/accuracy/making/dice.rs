//! Numbers that look like chance and are the same in every run.

/// A generator of the xorshift family (Marsaglia 2003), started with a fixed seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// From 0 to `count` - 1.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % count).unwrap_or_default()
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// One of several; the empty text of none.
    pub fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices
            .get(self.below(choices.len()))
            .copied()
            .unwrap_or_default()
    }

    /// `count` different ones, in their order; fewer when there are fewer.
    pub fn some<'a>(&mut self, choices: &[&'a str], count: usize) -> Vec<&'a str> {
        let mut left = choices.len();
        let mut wanted = count.min(left);
        let mut picked = Vec::with_capacity(wanted);
        for choice in choices {
            if self.below(left) < wanted {
                picked.push(*choice);
                wanted -= 1;
            }
            left -= 1;
        }
        picked
    }
}
