-- A role for each service, which owns that service's schema and reaches nothing else. As a superuser, before the first start or
-- with Guildhall stopped; may be run again:
--   psql postgres://postgres@host/guildhall --file deploy/postgres/roles.sql
-- Then give each a password (\password guildhall_accounts), and name them:
--   GUILDHALL_DATABASE_URL_ACCOUNTS=postgres://guildhall_accounts:…@host/guildhall, and so on.
DO $$
DECLARE
  service text;
  kept name;
  routine regprocedure;
BEGIN
  FOREACH service IN ARRAY ARRAY['accounts', 'people', 'guilds', 'messages', 'files'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'guildhall_' || service) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', 'guildhall_' || service);
    END IF;
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', service);
    EXECUTE format('ALTER SCHEMA %I OWNER TO %I', service, 'guildhall_' || service);
    FOR kept IN SELECT relname FROM pg_class WHERE relnamespace = service::regnamespace AND relkind IN ('r', 'p') LOOP
      EXECUTE format('ALTER TABLE %I.%I OWNER TO %I', service, kept, 'guildhall_' || service);
    END LOOP;
    FOR routine IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = service::regnamespace LOOP
      EXECUTE format('ALTER ROUTINE %s OWNER TO %I', routine, 'guildhall_' || service);
    END LOOP;
  END LOOP;
END $$;
