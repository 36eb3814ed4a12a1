//! All SQL about accounts, sessions and tokens, and nothing else.

mod factors;
mod passkeys;
mod people;
mod sessions;
mod tokens;

pub use factors::{
    Methods, StoredTotp, confirm_totp, delete_totp, find_methods, find_totp, replace_recovery_codes, replace_totp,
    spend_recovery_code, spend_totp_step,
};
pub use passkeys::{
    ListedPasskey, NewCeremony, NewPasskey, SpentCeremony, StoredPasskey, begin_ceremony, delete_passkey, find_passkey,
    insert_passkey, list_credential_ids, list_passkeys, note_assertion, spend_ceremony,
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
