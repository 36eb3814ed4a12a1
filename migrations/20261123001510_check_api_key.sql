-- The one place where an API key is checked, for the gate around the staff routes and for the public posts alike, so
-- that the two cannot differ. It answers one row for whatever it is asked:
--   key_id   the key of that public id; null where there is none,
--   scopes   what the key may be used for; empty where it is refused,
--   allowed  whether the secret is one of the key's, from an allowed address, before its end, not revoked, and its
--            maker is active.
-- The public role learns nothing else of a key, a hash least of all. Hashes are compared behind a salt of the moment,
-- so that the time of a comparison tells nothing of them. The use is noted once a minute, and never waited for.
create function site.check_api_key(
  p_public_id text, p_secret_hash bytea, p_address inet, p_now timestamptz,
  out key_id uuid, out scopes text[], out allowed boolean
)
  language plpgsql volatile security definer set search_path = pg_catalog
as $$
declare
  v_salt bytea := uuid_send(gen_random_uuid());
  v_shown bytea := sha256(v_salt || p_secret_hash);
  v_noted_at timestamptz;
begin
  select k.id, k.scopes, k.last_used_at,
         coalesce(
           (sha256(v_salt || k.secret_hash) = v_shown
             or (k.former_until > p_now and sha256(v_salt || k.former_hash) = v_shown))
           and k.revoked_at is null and k.expires_at > p_now and a.status = 'active'
           and (cardinality(k.allowed_addresses) = 0 or p_address <<= any (k.allowed_addresses)), false)
    into key_id, scopes, v_noted_at, allowed
    from cms.api_key k join cms.account a on a.id = k.account_id
   where k.public_id = p_public_id;

  if allowed is not true then
    allowed := false;
    scopes := '{}';
    return;
  end if;
  if v_noted_at is null or v_noted_at <= p_now - interval '1 minute' then
    update cms.api_key k set last_used_at = p_now, last_used_address = p_address
     where k.id = (select n.id from cms.api_key n where n.id = key_id for no key update skip locked);
  end if;
end
$$;

grant execute on function site.check_api_key to cms_public, cms_staff;
