-- Resources of FHIR that were imported, as they came: what the clinic's records have no place for goes out again with them.
create table cms.fhir_resource (
  resource_type text not null constraint fhir_resource_type_known
    check (resource_type in ('Organization', 'Location', 'Practitioner', 'PractitionerRole', 'HealthcareService')),
  -- https://hl7.org/fhir/R4/datatypes.html#id; in the order of its bytes, which lists are in.
  fhir_id text collate "C" not null constraint fhir_resource_id_form check (fhir_id ~ '^[A-Za-z0-9.-]{1,64}$'),
  -- What a Bundle called it.
  full_url text constraint fhir_resource_full_url_length check (char_length(full_url) between 1 and 2000),
  -- Kept as text, with the order of its members and the zeros of its decimals.
  resource json not null constraint fhir_resource_size check (octet_length(resource::text) <= 1048576),
  -- The same without what is not for everybody; null where there is nothing of the kind in it.
  shown json,
  -- What the record said right after it was imported: where it says the same now, the original is given. Null for a resource
  -- that became no record.
  mapped jsonb constraint fhir_resource_mapped_object check (jsonb_typeof(mapped) = 'object'),
  -- The record that it became, or that it hangs on.
  record_id uuid,
  imported_at timestamptz not null default clock_timestamp(),
  constraint fhir_resource_mapped_record check (mapped is null or record_id is not null),
  primary key (resource_type, fhir_id)
);
create unique index fhir_resource_record_key on cms.fhir_resource (resource_type, record_id) where mapped is not null;

grant select, insert, update on cms.fhir_resource to cms_staff;
