//! All SQL about accounts, sessions and tokens, and nothing else.

mod api_keys;
mod authority;
mod break_glass;
mod clearing;
mod external;
mod factors;
mod failed_attempts;
mod half_sign_ins;
mod invitations;
mod last_change;
mod passkeys;
mod people;
mod profiles;
mod refresh_tokens;
mod sessions;
mod tokens;

pub use api_keys::{
    ApiKeyChange, ApiKeyFilter, Holder, ListedApiKey, NewApiKey, Presented, check_key, count_api_keys,
    end_former_secret, find_key_holder, insert_api_key, list_api_keys, lock_api_key, revoke_api_key, rotate_api_key,
    update_api_key,
};
pub use authority::{find_reach_of_key, is_key_live, is_session_live};
pub use break_glass::{Glass, NewGlass, count_break_glass, end_break_glass, insert_break_glass, list_break_glass};
pub use clearing::{clear, lease_clearing};
pub use external::{
    ExternalKey, NewFlow, NewHandover, SpentFlow, SpentHandover, change_role, find_linkable_account,
    find_linked_account, insert_flow, insert_handover, link_account, spend_flow, spend_handover,
};
pub use factors::{
    Methods, StoredTotp, confirm_totp, delete_orphaned_recovery_codes, delete_totp, find_methods, find_totp,
    replace_recovery_codes, replace_totp, spend_recovery_code, spend_totp_step,
};
pub use failed_attempts::{count_failure, find_failures, forget_failures, is_known_place, note_place};
pub use half_sign_ins::{Half, NewHalf, find_half, insert_half, spend_half, try_half, void_halves};
pub use invitations::{
    Invited, NewInvitation, count_invitations, find_open_invitation, insert_invitation, list_invitations,
    revoke_invitation, spend_invitation, void_invitation_of,
};
pub use last_change::find_last_change;
pub use passkeys::{
    ListedPasskey, MOST_PASSKEYS, NewCeremony, NewPasskey, PasskeyUser, SpentCeremony, StoredPasskey, begin_ceremony,
    delete_passkey, delete_passkeys_of, find_passkey, find_passkey_user, insert_passkey, list_credential_ids,
    list_passkeys, note_assertion, spend_ceremony,
};
pub use people::{
    Addressee, Credentials, ListedAccount, NewAccount, disable_account, find_addressee, find_clinic_name,
    find_credentials, find_credentials_of, has_owner, insert_account, is_last_owner, list_accounts, list_owners,
    lock_account, lock_owners, set_password, update_password_hash,
};
pub use profiles::{
    PeopleFilter, PersonChange, PersonRow, count_people, find_locations, find_person, find_provider, list_people,
    set_locations, trash_person, update_own_profile, update_person,
};
pub use refresh_tokens::{
    RefreshedSession, find_reused_session, insert_refresh_token, spend_refresh_token, supersede_successors,
};
pub use sessions::{
    ListedSession, LiveSession, NewSession, count_sessions, find_live_session, insert_session, is_new_device,
    list_sessions, note_authentication, note_use, revoke_session, revoke_sessions_of,
};
pub use tokens::{Resetting, find_resetting, has_one_time_token, replace_one_time_token, spend_one_time_token};
