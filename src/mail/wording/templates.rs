//! The templates, carried in the program. One file a letter and language, with a block for each part of it; the two
//! layouts turn the parts into text and HTML, so that both always say the same. Only `layout.html` is HTML, and by its
//! name everything put into it is escaped.

/// Every template by its name.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("layout.txt", include_str!("../templates/layout.txt")),
    ("layout.html", include_str!("../templates/layout.html")),
    ("frame.en", include_str!("../templates/frame.en")),
    ("frame.es", include_str!("../templates/frame.es")),
    ("invitation.en", include_str!("../templates/invitation.en")),
    ("invitation.es", include_str!("../templates/invitation.es")),
    ("password_reset.en", include_str!("../templates/password_reset.en")),
    ("password_reset.es", include_str!("../templates/password_reset.es")),
    ("password_changed.en", include_str!("../templates/password_changed.en")),
    ("password_changed.es", include_str!("../templates/password_changed.es")),
    ("new_device.en", include_str!("../templates/new_device.en")),
    ("new_device.es", include_str!("../templates/new_device.es")),
    ("session_reuse.en", include_str!("../templates/session_reuse.en")),
    ("session_reuse.es", include_str!("../templates/session_reuse.es")),
    ("factor_changed.en", include_str!("../templates/factor_changed.en")),
    ("factor_changed.es", include_str!("../templates/factor_changed.es")),
    ("role_changed.en", include_str!("../templates/role_changed.en")),
    ("role_changed.es", include_str!("../templates/role_changed.es")),
    ("account_disabled.en", include_str!("../templates/account_disabled.en")),
    ("account_disabled.es", include_str!("../templates/account_disabled.es")),
    ("review_requested.en", include_str!("../templates/review_requested.en")),
    ("review_requested.es", include_str!("../templates/review_requested.es")),
    ("break_glass.en", include_str!("../templates/break_glass.en")),
    ("break_glass.es", include_str!("../templates/break_glass.es")),
    ("inquiry_received.en", include_str!("../templates/inquiry_received.en")),
    ("inquiry_received.es", include_str!("../templates/inquiry_received.es")),
    ("reply.html", include_str!("../templates/reply.html")),
];
