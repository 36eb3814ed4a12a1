-- Imported resources as the public reads them: without what is not for everybody, and while their record is not in the trash.
create view site.fhir_resource as
select f.resource_type, f.fhir_id, coalesce(f.shown, f.resource) as resource, f.mapped, f.record_id
  from cms.fhir_resource f
 where f.record_id is null
    or case f.resource_type
         when 'Organization' then exists (select 1 from cms.clinic c where c.id = f.record_id)
         when 'Location' then exists (select 1 from cms.location l where l.id = f.record_id and l.trashed_at is null)
         when 'HealthcareService' then exists (select 1 from cms.service s where s.id = f.record_id and s.trashed_at is null)
         else exists (select 1 from cms.provider p where p.id = f.record_id and p.trashed_at is null)
       end;

grant select on site.fhir_resource to cms_public, cms_staff;
