//! Progress on stderr for what can take over a second. Silent where nobody looks.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A spinner with a sentence; it clears itself when dropped by [`ProgressBar::finish_and_clear`].
pub fn spinner(sentence: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(sentence);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar for what has a length that its reader sets; it clears itself as a spinner does.
pub fn bar(sentence: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0).with_message(sentence);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {elapsed} (eta {eta})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
