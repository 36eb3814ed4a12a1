//! All SQL about accounts, sessions and tokens, and nothing else.

mod external;
mod people;
mod sessions;
mod tokens;

pub use external::{
    ExternalKey, NewFlow, NewHandover, SpentFlow, SpentHandover, change_role, find_linkable_account,
    find_linked_account, insert_flow, insert_handover, link_account, spend_flow, spend_handover,
};
pub use people::{
    Credentials, Disabled, ListedAccount, NewAccount, disable_account, find_credentials, has_accounts, insert_account,
    list_accounts, reset_password, update_password_hash,
};
pub use sessions::{
    LiveSession, RefreshedSession, find_live_session, find_reused_session, insert_refresh_token, insert_session,
    revoke_session, spend_refresh_token, supersede_successors,
};
pub use tokens::{has_one_time_token, replace_one_time_token, spend_one_time_token};
