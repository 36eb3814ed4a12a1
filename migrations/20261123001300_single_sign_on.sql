-- A sign-in that is on its way to the clinic's identity provider. What names it (state, nonce, the browser's cookie)
-- is kept as a hash; the PKCE verifier, which has to be sent, is sealed.
create table cms.oidc_flow (
  id uuid primary key,
  state_hash bytea not null constraint oidc_flow_state_length check (octet_length(state_hash) = 32),
  binding_hash bytea not null constraint oidc_flow_binding_length check (octet_length(binding_hash) = 32),
  nonce_hash bytea not null constraint oidc_flow_nonce_length check (octet_length(nonce_hash) = 32),
  provider text not null constraint oidc_flow_provider_length check (char_length(provider) between 1 and 40),
  verifier_sealed bytea not null,
  -- S256 of a value that the staff front end keeps; it has to be shown when the sign-in is handed over.
  handover_challenge text constraint oidc_flow_challenge_length check (char_length(handover_challenge) = 43),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint oidc_flow_is_short check (expires_at > created_at and expires_at <= created_at + interval '10 minutes')
);
create unique index oidc_flow_state_key on cms.oidc_flow (state_hash);
create index oidc_flow_expiry on cms.oidc_flow (expires_at);

-- Whom the provider knows, and which account that is. The subject is the provider's own id of the person, which is
-- never given to another; an e-mail address can be.
create table cms.external_identity (
  provider text not null constraint external_identity_provider_length check (char_length(provider) between 1 and 40),
  issuer text not null constraint external_identity_issuer_length check (char_length(issuer) between 1 and 2000),
  subject text not null constraint external_identity_subject_length check (char_length(subject) between 1 and 255),
  account_id uuid not null references cms.account on delete cascade,
  linked_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (provider, issuer, subject)
);
-- One person for each account: another subject with the same address is somebody who was given it later.
create unique index external_identity_account_key on cms.external_identity (account_id, provider, issuer);

-- A finished sign-in, on its way to the staff front end. Only the hash of its code is kept.
create table cms.oidc_handover (
  code_hash bytea primary key constraint oidc_handover_code_length check (octet_length(code_hash) = 32),
  provider text not null constraint oidc_handover_provider_length check (char_length(provider) between 1 and 40),
  account_id uuid not null references cms.account on delete cascade,
  credential_version integer not null,
  challenge text constraint oidc_handover_challenge_length check (char_length(challenge) = 43),
  -- How the provider says that the person signed in (RFC 8176).
  amr text[] not null default '{}',
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint oidc_handover_is_short check (expires_at > created_at and expires_at <= created_at + interval '1 minute')
);
create index oidc_handover_expiry on cms.oidc_handover (expires_at);
create index oidc_handover_account on cms.oidc_handover (account_id);

grant select, insert, update, delete on cms.oidc_flow, cms.oidc_handover to cms_staff;
grant select, insert, update on cms.external_identity to cms_staff;
