//! Whether two kinds of answers can be told apart by how long they take. Refuses to compare means: a few slow answers
//! would hide what most of them give away.

/// Between these nobody is said to tell them apart.
pub const INDISTINGUISHABLE: std::ops::RangeInclusive<f64> = 0.45..=0.55;

/// The chance that an answer of the one kind took longer than one of the other, where equal ones count half: the area
/// under the ROC curve, by the statistic of Mann and Whitney. Nothing where a kind has no answers.
pub fn auc(one: &[u32], other: &[u32]) -> Option<f64> {
    let mut sorted = other.to_vec();
    sorted.sort_unstable();
    let won = |value: &u32| {
        let below = sorted.partition_point(|known| known < value);
        let up_to = sorted.partition_point(|known| known <= value);
        f64::midpoint(count(below), count(up_to))
    };
    let pairs = count(one.len()) * count(other.len());
    (pairs > 0.0).then(|| one.iter().map(won).sum::<f64>() / pairs)
}

/// How far from a half chance alone takes the figure in 19 of 20 runs of so many pairs.
pub fn by_chance(pairs: u32) -> f64 {
    let pairs = f64::from(pairs);
    1.96 * ((2.0 * pairs + 1.0) / (12.0 * pairs * pairs)).sqrt()
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// A row of drawn coins, the same in every run (`SplitMix64`; Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Coins(u64);

impl Coins {
    /// Coins of that seed.
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one.
    pub fn toss(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) & 1 == 1
    }
}
