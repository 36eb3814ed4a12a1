-- The record that cannot be rewritten (docs/decisions/0007). Each row carries an HMAC that the program makes with a
-- key outside the database; one sealer chains the rows, and signs where the chain stands.
--
-- A node of the version before writes rows without an HMAC after this migration. They are refused by the sealer and
-- named by `audit verify`: all nodes are restarted together with this migration.

alter table cms.audit_event
  add column mac bytea constraint audit_mac_length check (octet_length(mac) = 32),
  drop constraint audit_actor_known,
  drop constraint audit_account_has_id,
  add constraint audit_actor_known check (actor_kind in ('account', 'api_key', 'public', 'system')),
  add constraint audit_actor_has_id check ((actor_kind in ('account', 'api_key')) = (actor_id is not null));

-- The rows from before, which have no HMAC. Nobody adds to them: they are sealed before all others, and once one row
-- with an HMAC is sealed, no further row without one ever is.
create table cms.audit_legacy (
  event_id uuid primary key
);
insert into cms.audit_legacy (event_id) select id from cms.audit_event;

create trigger audit_legacy_closed before insert or update or delete on cms.audit_legacy
  for each row execute function cms.refuse_change();
create trigger audit_legacy_no_truncate before truncate on cms.audit_legacy
  for each statement execute function cms.refuse_change();

-- Rows that wait to be sealed. A row appears here with the commit that it belongs to, however late that is: nothing
-- follows a sequence, and nothing scans the trail.
create table cms.audit_waiting (
  event_id uuid primary key,
  -- Rows from before the chain have the first turn.
  turn smallint not null default 1 constraint audit_waiting_turn check (turn in (0, 1))
);
create index audit_waiting_order on cms.audit_waiting (turn, event_id);
insert into cms.audit_waiting (event_id, turn) select id, 0 from cms.audit_event;

create function cms.await_seal() returns trigger
  language plpgsql security definer set search_path = pg_catalog
as $$
begin
  insert into cms.audit_waiting (event_id) values (new.id);
  return null;
end
$$;
create trigger audit_event_awaits_seal after insert on cms.audit_event
  for each row execute function cms.await_seal();

-- The chain. `hash` is SHA-256 over the hash before, the position, and every field of the row with its HMAC.
create table cms.audit_seal (
  position bigint primary key constraint audit_seal_position check (position > 0),
  event_id uuid not null constraint audit_sealed_once unique,
  kind text not null constraint audit_seal_kind check (kind in ('legacy', 'row')),
  hash bytea not null constraint audit_seal_hash check (octet_length(hash) = 32)
);

-- What the sealer would not seal, so that it is named for ever.
create table cms.audit_refusal (
  event_id uuid primary key,
  at timestamptz not null,
  reason text not null constraint audit_refusal_reason check (reason in ('mac_missing', 'mac_wrong', 'vanished'))
);

-- The public halves of the keys that signed, under an HMAC of the program: nobody who has only the database can put
-- another key in the place of a retired one.
create table cms.audit_signing_key (
  kid text primary key,
  public_key bytea not null constraint audit_public_key_length check (octet_length(public_key) = 32),
  mac bytea not null constraint audit_key_mac_length check (octet_length(mac) = 32)
);

-- Where the chain stood, signed with Ed25519.
create table cms.audit_head (
  position bigint primary key,
  hash bytea not null,
  at timestamptz not null,
  kid text not null,
  signature bytea not null
);

-- What is beyond its retention and was removed: the chain begins after the newest position here. Signed as heads are.
create table cms.audit_pruning (
  position bigint primary key,
  hash bytea not null,
  at timestamptz not null,
  before timestamptz not null,
  kid text not null,
  signature bytea not null
);

-- Removal is possible for what a row of cms.audit_pruning covers, and for nothing else; only the owner may do it.
create function cms.refuse_change_unless_pruned() returns trigger
  language plpgsql set search_path = pg_catalog
as $$
declare
  v_position bigint;
begin
  if tg_op = 'DELETE' then
    case tg_table_name
      when 'audit_event' then
        select s.position into v_position from cms.audit_seal s where s.event_id = old.id;
      else
        v_position := old.position;
    end case;
    if v_position <= (select max(p.position) from cms.audit_pruning p) then
      return old;
    end if;
  end if;
  raise exception 'rows of % are never changed or removed', tg_table_name
    using errcode = 'restrict_violation';
end
$$;

drop trigger audit_event_append_only on cms.audit_event;
create trigger audit_event_append_only before update or delete on cms.audit_event
  for each row execute function cms.refuse_change_unless_pruned();
create trigger audit_seal_append_only before update or delete on cms.audit_seal
  for each row execute function cms.refuse_change_unless_pruned();
create trigger audit_head_append_only before update or delete on cms.audit_head
  for each row execute function cms.refuse_change_unless_pruned();
create trigger audit_refusal_append_only before update or delete on cms.audit_refusal
  for each row execute function cms.refuse_change();
create trigger audit_signing_key_append_only before update or delete on cms.audit_signing_key
  for each row execute function cms.refuse_change();
create trigger audit_pruning_append_only before update or delete on cms.audit_pruning
  for each row execute function cms.refuse_change();

create trigger audit_seal_no_truncate before truncate on cms.audit_seal
  for each statement execute function cms.refuse_change();
create trigger audit_head_no_truncate before truncate on cms.audit_head
  for each statement execute function cms.refuse_change();
create trigger audit_refusal_no_truncate before truncate on cms.audit_refusal
  for each statement execute function cms.refuse_change();
create trigger audit_signing_key_no_truncate before truncate on cms.audit_signing_key
  for each statement execute function cms.refuse_change();
create trigger audit_pruning_no_truncate before truncate on cms.audit_pruning
  for each statement execute function cms.refuse_change();

-- The sealer works as cms_staff. Whoever empties the queue hides nothing: `audit verify` finds what was never sealed.
grant select on cms.audit_legacy, cms.audit_pruning to cms_staff;
grant select, insert, delete on cms.audit_waiting to cms_staff;
grant select, insert on cms.audit_seal, cms.audit_head, cms.audit_refusal, cms.audit_signing_key to cms_staff;
