//! What a person may ask of the clinic about what they wrote, and what the clinic owes them without being asked: that it
//! is sealed, kept no longer than it has to be, shown and corrected on request, and forgotten.
//!
//! | room | holds |
//! |---|---|
//! | `rotation` | data keys wrapped anew when another key takes their place |

pub mod rotation;
