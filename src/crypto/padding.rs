//! Padding: a sealed text is as long as its bucket, so that its length tells little.
//!
//! Layout: 4 bytes of length (big-endian), the text, zero bytes. Buckets are 64, 128, 256 … 4,096
//! bytes, then every multiple of 4,096: a phone number and a name look the same, and a long message
//! costs at most 4 KiB more than it holds.

use zeroize::Zeroizing;

const PREFIX: usize = 4;
const SMALLEST: usize = 64;
const LARGEST_POWER: usize = 4096;

/// The text in its bucket. `None` when it is longer than 4 GiB.
pub(super) fn pad(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let length = u32::try_from(text.len()).ok()?;
    let size = bucket(text.len().checked_add(PREFIX)?)?;
    let mut padded = Zeroizing::new(Vec::with_capacity(size));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(text);
    padded.resize(size, 0);
    Some(padded)
}

/// The text without its padding. `None` when the bytes do not have the layout of [`pad`].
pub(super) fn unpad(padded: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (prefix, rest) = padded.split_first_chunk::<PREFIX>()?;
    let length = usize::try_from(u32::from_be_bytes(*prefix)).ok()?;
    let (text, zeros) = rest.split_at_checked(length)?;
    let whole = bucket(length.checked_add(PREFIX)?)? == padded.len();
    (whole && zeros.iter().all(|byte| *byte == 0)).then(|| Zeroizing::new(text.to_vec()))
}

fn bucket(size: usize) -> Option<usize> {
    if size > LARGEST_POWER {
        size.checked_next_multiple_of(LARGEST_POWER)
    } else {
        Some(size.max(SMALLEST).next_power_of_two())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn buckets_are_powers_of_two_and_then_pages() {
        let expected = [
            (0, 64),
            (60, 64),
            (61, 128),
            (124, 128),
            (125, 256),
            (4092, 4096),
            (4093, 8192),
            (8188, 8192),
            (8189, 12288),
        ];
        for (text, size) in expected {
            assert_eq!(pad(&vec![b'x'; text]).unwrap().len(), size, "{text}");
        }
    }

    #[test]
    fn a_bucket_that_is_not_ours_is_refused() {
        let mut padded = pad(b"Ada").unwrap().to_vec();
        padded[40] = 1;
        assert!(unpad(&padded).is_none(), "padding that is not zero");
        assert!(unpad(&[0; 128]).is_none(), "a bucket too large");
        assert!(unpad(&[0xff; 64]).is_none(), "a length beyond the end");
        assert!(unpad(&[]).is_none() && unpad(&[0; 3]).is_none());
    }

    proptest! {
        #[test]
        fn what_was_padded_comes_back(text in proptest::collection::vec(any::<u8>(), 0..9000)) {
            let padded = pad(&text).unwrap();
            let back = unpad(&padded).unwrap();
            prop_assert_eq!(back.as_slice(), &text[..]);
        }
    }
}
