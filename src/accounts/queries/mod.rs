//! All SQL about accounts, sessions and tokens, and nothing else.

mod factors;
mod half_sign_ins;
mod passkeys;
mod people;
mod sessions;
mod tokens;

pub use factors::{
    Methods, StoredTotp, confirm_totp, delete_totp, find_methods, find_totp, replace_recovery_codes, replace_totp,
    spend_recovery_code, spend_totp_step,
};
pub use half_sign_ins::{Half, NewHalf, find_half, insert_half, spend_half, try_half};
pub use passkeys::{
    ListedPasskey, MOST_PASSKEYS, NewCeremony, NewPasskey, PasskeyUser, SpentCeremony, StoredPasskey, begin_ceremony,
    delete_passkey, find_passkey, find_passkey_user, insert_passkey, list_credential_ids, list_passkeys,
    note_assertion, spend_ceremony,
};
pub use people::{
    Credentials, Disabled, ListedAccount, NewAccount, disable_account, find_credentials, find_credentials_of,
    has_accounts, insert_account, list_accounts, reset_password, update_password_hash,
};
pub use sessions::{
    LiveSession, RefreshedSession, find_authentication, find_live_session, find_reused_session, insert_refresh_token,
    insert_session, note_authentication, revoke_session, spend_refresh_token, supersede_successors,
};
pub use tokens::{has_one_time_token, replace_one_time_token, spend_one_time_token};
