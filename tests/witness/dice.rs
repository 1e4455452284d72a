//! Random choices that can be made again: the seed is shown when a test fails.

/// A generator of numbers (xorshift64*).
pub struct Dice(u64);

impl Dice {
    /// The same for the same seed; 0 is as good as any other.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap_or_default() % sides
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.roll(of.len())]
    }

    /// Fills a template: `{a|b}` is one of its alternatives, `{ab}` one of the pool called so.
    /// Alternatives may hold further braces.
    pub fn fill(&mut self, template: &str, pools: &[(&str, &[&str])]) -> String {
        let mut text = template.to_owned();
        while let Some(close) = text.find('}') {
            let open = text[..close].rfind('{').expect("an opening brace");
            let inner = text[open + 1..close].to_owned();
            let pool = pools.iter().find(|(name, _)| *name == inner);
            let choice = match pool {
                Some((_, values)) => self.pick(values).to_owned(),
                None => {
                    let alternatives: Vec<&str> = inner.split('|').collect();
                    self.pick(&alternatives).to_owned()
                }
            };
            text.replace_range(open..=close, &choice);
        }
        text
    }
}

/// What a run is told by the environment: how many statements, and from which seed.
pub struct Plan {
    pub statements: usize,
    pub seed: u64,
}

impl Plan {
    /// `MIGCHECK_WITNESS_STATEMENTS` and `MIGCHECK_WITNESS_SEED`.
    pub fn from_env(statements: usize) -> Self {
        let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let asked = number("MIGCHECK_WITNESS_STATEMENTS");
        Self {
            statements: asked.map_or(statements, |asked| {
                usize::try_from(asked).unwrap_or(statements)
            }),
            seed: number("MIGCHECK_WITNESS_SEED").unwrap_or(1),
        }
    }
}
