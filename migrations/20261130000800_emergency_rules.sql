-- Words that tell of an emergency. They are compared with a message as whole words, whatever their case and accents; a
-- star at the end of a phrase stands for the rest of a word. Nothing is interpreted: who writes that they have no chest
-- pain is shown the number to call as well.
create table cms.emergency_rule (
  id uuid primary key,
  -- Written with each inquiry that matches.
  name text not null constraint emergency_rule_name_length check (char_length(name) between 1 and 100),
  -- BCP 47: the language of the phrases, and of the notice that answers them.
  language text not null constraint emergency_rule_language_length check (char_length(language) between 2 and 35),
  phrases text[] not null constraint emergency_rule_phrases_count check (cardinality(phrases) between 1 and 100),
  enabled boolean not null default true,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references cms.account,
  updated_at timestamptz not null default clock_timestamp(),
  updated_by uuid references cms.account,
  trashed_at timestamptz
);
create unique index emergency_rule_name_key on cms.emergency_rule (lower(name)) where trashed_at is null;

insert into cms.emergency_rule (id, name, language, phrases) values
  ('019385a0-0000-7000-8000-000000000001', 'Suicide', 'en', array[
    'suicid*', 'kill myself', 'killing myself', 'end my life', 'ending my life', 'take my own life', 'want to die',
    'wanna die', 'wish I was dead', 'wish I were dead', 'better off dead', 'do not want to live', 'don''t want to live',
    'don''t want to be alive', 'no reason to live', 'can''t go on living', 'hurt myself', 'harm myself', 'self harm*',
    'cutting myself', 'hang myself', 'shoot myself', 'going to kill himself', 'going to kill herself', 'wants to die']),
  ('019385a0-0000-7000-8000-000000000002', 'Heart', 'en', array[
    'chest pain*', 'pain in my chest', 'pain in his chest', 'pain in her chest', 'chest hurts', 'chest is hurting',
    'chest pressure', 'pressure in my chest', 'tightness in my chest', 'chest is tight', 'chest tightness',
    'crushing chest', 'heart attack', 'pain down my left arm', 'pain in my left arm', 'cardiac arrest']),
  ('019385a0-0000-7000-8000-000000000003', 'Breathing', 'en', array[
    'can''t breathe', 'cannot breathe', 'cant breath', 'can not breathe', 'unable to breathe', 'trouble breathing',
    'difficulty breathing', 'hard to breathe', 'struggling to breathe', 'gasping for air', 'not breathing',
    'stopped breathing', 'lips are blue', 'turning blue', 'choking', 'throat is closing', 'throat closing',
    'anaphyla*', 'severe allergic reaction', 'tongue is swelling', 'throat is swelling']),
  ('019385a0-0000-7000-8000-000000000004', 'Stroke', 'en', array[
    'having a stroke', 'had a stroke today', 'signs of a stroke', 'face is drooping', 'face drooping', 'face droops',
    'slurred speech', 'slurring', 'can''t move my arm', 'can''t move my leg', 'numb on one side',
    'numbness on one side', 'weak on one side', 'sudden numbness', 'worst headache of my life', 'sudden vision loss',
    'suddenly can''t see', 'suddenly cannot see']),
  ('019385a0-0000-7000-8000-000000000005', 'Overdose and poison', 'en', array[
    'overdos*', 'took too many pills', 'took too much medic*', 'took all my pills', 'took the whole bottle',
    'swallowed poison', 'swallowed bleach', 'drank bleach', 'swallowed a battery', 'poisoned', 'poisoning']),
  ('019385a0-0000-7000-8000-000000000006', 'Bleeding', 'en', array[
    'severe bleeding', 'bleeding heavily', 'heavy bleeding', 'won''t stop bleeding', 'can''t stop the bleeding',
    'bleeding won''t stop', 'bleeding a lot', 'losing a lot of blood', 'coughing up blood', 'vomiting blood',
    'throwing up blood', 'bleeding out', 'pregnant and bleeding']),
  ('019385a0-0000-7000-8000-000000000007', 'Unconscious', 'en', array[
    'unconscious', 'unresponsive', 'won''t wake up', 'can''t wake him', 'can''t wake her', 'passed out and',
    'having a seizure', 'seizure right now', 'seizing', 'no pulse', 'being beaten', 'was stabbed', 'was shot',
    'been stabbed', 'been shot', 'kill someone', 'kill him', 'kill her', 'kill them']),
  ('019385a0-0000-7000-8000-000000000011', 'Suicidio', 'es', array[
    'suicid*', 'matarme', 'me quiero matar', 'quitarme la vida', 'acabar con mi vida', 'terminar con mi vida',
    'quiero morir', 'quiero morirme', 'me quiero morir', 'no quiero vivir', 'no quiero seguir viviendo',
    'no tengo razones para vivir', 'mejor estar muerto', 'mejor estar muerta', 'hacerme daño', 'lastimarme',
    'cortarme las venas', 'ahorcarme', 'se quiere matar', 'se quiere morir', 'quiere quitarse la vida']),
  ('019385a0-0000-7000-8000-000000000012', 'Corazón', 'es', array[
    'dolor de pecho', 'dolor en el pecho', 'dolor fuerte en el pecho', 'me duele el pecho', 'le duele el pecho',
    'presión en el pecho', 'opresión en el pecho', 'apretado el pecho', 'ataque al corazón', 'ataque cardiaco',
    'infarto', 'paro cardiaco', 'dolor en el brazo izquierdo']),
  ('019385a0-0000-7000-8000-000000000013', 'Respiración', 'es', array[
    'no puedo respirar', 'no puede respirar', 'no respira', 'dejó de respirar', 'me cuesta respirar',
    'le cuesta respirar', 'dificultad para respirar', 'me falta el aire', 'le falta el aire', 'falta de aire',
    'me estoy ahogando', 'se está ahogando', 'se atragantó', 'labios azules', 'labios morados',
    'se me cierra la garganta', 'anafila*', 'reacción alérgica grave', 'se me hincha la lengua']),
  ('019385a0-0000-7000-8000-000000000014', 'Derrame cerebral', 'es', array[
    'derrame cerebral', 'embolia cerebral', 'ictus', 'cara caída', 'se le cayó la cara', 'media cara dormida',
    'se me durmió medio cuerpo', 'no puedo mover el brazo', 'no puede mover el brazo', 'no puedo mover la pierna',
    'no puede hablar bien', 'habla arrastrada', 'de repente no veo', 'peor dolor de cabeza de mi vida']),
  ('019385a0-0000-7000-8000-000000000015', 'Sobredosis y veneno', 'es', array[
    'sobredosis', 'tomé demasiadas pastillas', 'tomó demasiadas pastillas', 'me tomé todas las pastillas',
    'se tomó todas las pastillas', 'tomó veneno', 'tomé veneno', 'tomó cloro', 'tragó cloro', 'envenenado',
    'envenenada', 'envenenamiento', 'se tragó una pila']),
  ('019385a0-0000-7000-8000-000000000016', 'Sangrado', 'es', array[
    'sangrado abundante', 'sangrado fuerte', 'hemorragia', 'no para de sangrar', 'no deja de sangrar',
    'sangra mucho', 'sangrando mucho', 'perdiendo mucha sangre', 'vomita sangre', 'vomitando sangre',
    'tosiendo sangre', 'embarazada y sangrando']),
  ('019385a0-0000-7000-8000-000000000017', 'Inconsciente', 'es', array[
    'inconsciente', 'no responde', 'no despierta', 'se desmayó y', 'está convulsionando', 'convulsionando',
    'convulsión ahora', 'sin pulso', 'apuñalado', 'apuñalada', 'le dispararon', 'me dispararon', 'voy a matar']);

-- Rows are never deleted and versions only grow, so the sum of the versions tells whether anything changed: nodes keep
-- the phrases and look at that sum for each inquiry.
create view site.emergency_rule as
select r.name, r.language, r.phrases, r.version, r.enabled and r.trashed_at is null as counts from cms.emergency_rule r;

grant select, insert, update on cms.emergency_rule to cms_staff;
grant select on site.emergency_rule to cms_public, cms_staff;
