-- Forgetting: the wrapped data key goes, and with it everything that it sealed, in this database and in every backup of
-- it. The row stays as a tombstone that names nobody, so that counts, links and the audit trail go on to mean something.
--
-- `external_index` stays on purpose: it is the keyed hash of a delivery's id and of nothing that anybody wrote, and a
-- delivery that comes again must not bring back what was erased.
alter table cms.inquiry
  add column erased_at timestamptz,
  add column erasure_reason text constraint inquiry_erasure_reason_known
    check (erasure_reason in ('retention', 'request', 'staff')),
  alter column key_id drop not null,
  alter column wrapped_key drop not null,
  alter column sealed_name drop not null,
  alter column sealed_details drop not null,
  drop constraint inquiry_has_a_contact,
  add constraint inquiry_has_a_contact
    check (erased_at is not null or sealed_email is not null or sealed_phone is not null),
  add constraint inquiry_is_sealed_or_erased check (
    case when erased_at is null
      then num_nulls(key_id, wrapped_key, sealed_name, sealed_details) = 0 and erasure_reason is null
      else num_nonnulls(key_id, wrapped_key, sealed_name, sealed_email, sealed_phone, sealed_message, sealed_details,
                        email_index, phone_index, content_index) = 0 and erasure_reason is not null
    end),
  add constraint inquiry_held_is_not_erased check (not legal_hold or erased_at is null);

-- That a row was erased, why and when. The same stands in a file outside the database, from which an erasure is applied
-- again when a backup from before it is restored.
create table cms.inquiry_tombstone (
  inquiry_id uuid primary key references cms.inquiry,
  received_at timestamptz not null,
  erased_at timestamptz not null,
  reason text not null constraint inquiry_tombstone_reason_known check (reason in ('retention', 'request', 'staff'))
);
create index inquiry_tombstone_erased on cms.inquiry_tombstone (erased_at, inquiry_id);
create trigger inquiry_tombstone_append_only before update or delete on cms.inquiry_tombstone
  for each row execute function cms.refuse_change();
create trigger inquiry_tombstone_no_truncate before truncate on cms.inquiry_tombstone
  for each statement execute function cms.refuse_change();
grant select, insert on cms.inquiry_tombstone to cms_staff;

-- The answer to a repeated post goes with the inquiry that it speaks of; what has expired goes by the hour.
create index idempotency_key_inquiry on cms.idempotency_key ((answer->>'id'));
grant select, delete on cms.idempotency_key to cms_staff;
