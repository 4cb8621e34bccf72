-- The three database roles of one service, and what each may do in the database that it is run in.
--
-- Plain SQL without psql's own commands, so that `make run`, the test cluster and the tests' own driver all run this very
-- file. It is run by a superuser, any number of times, and takes its arguments from settings of the session:
--
--     SELECT set_config('switchboard.service', 'calls', false);           -- required
--     SELECT set_config('switchboard.owner_password', '...', false);      -- absent or empty: the password stays as it is
--     SELECT set_config('switchboard.app_password', '...', false);
--
--   <s>_owner   owns every table and runs the migrations; not used at run time.
--   <s>_app     the service: reads and writes rows, changes no schema, and is held by row-level security.
--   <s>_system  nobody signs in as it; it sees past row-level security and owns the few SECURITY DEFINER functions. The owner
--               is its member, so a migration may say `ALTER FUNCTION ... OWNER TO <s>_system`, or `SET LOCAL ROLE <s>_system`
--               around a backfill; membership hands down privileges, but never BYPASSRLS itself.
--
-- The database exists already (`CREATE DATABASE` cannot stand in a block), and in it nobody but these roles may connect.
-- A clone of a database (`CREATE DATABASE ... TEMPLATE`) keeps everything but that last wall.

DO $roles$
DECLARE
    service text := current_setting('switchboard.service');
    role_owner text := service || '_owner';
    role_app text := service || '_app';
    role_system text := service || '_system';
    owner_password text := nullif(current_setting('switchboard.owner_password', true), '');
    app_password text := nullif(current_setting('switchboard.app_password', true), '');
    wanted text;
BEGIN
    IF service !~ '^[a-z]{2,20}$' THEN
        RAISE EXCEPTION 'switchboard.service is not the name of a service: %', service;
    END IF;

    -- Roles belong to the cluster: two sessions in two databases would otherwise update the same rows at once, and fail.
    LOCK TABLE pg_authid IN SHARE ROW EXCLUSIVE MODE;

    FOREACH wanted IN ARRAY ARRAY[role_owner, role_app, role_system] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;
    EXECUTE format('ALTER ROLE %I NOLOGIN NOINHERIT BYPASSRLS', role_system);
    FOREACH wanted IN ARRAY ARRAY[role_owner, role_app] LOOP
        EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', wanted);
    END LOOP;
    IF owner_password IS NOT NULL THEN
        EXECUTE format('ALTER ROLE %I PASSWORD %L', role_owner, owner_password);
    END IF;
    IF app_password IS NOT NULL THEN
        EXECUTE format('ALTER ROLE %I PASSWORD %L', role_app, app_password);
    END IF;
    IF NOT pg_has_role(role_owner, role_system, 'MEMBER') THEN
        EXECUTE format('GRANT %I TO %I', role_system, role_owner);
    END IF;
END
$roles$;

DO $database$
DECLARE
    service text := current_setting('switchboard.service');
    role_owner text := service || '_owner';
    role_app text := service || '_app';
    role_system text := service || '_system';
    maker text;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    -- CREATE on the database: migrations install trusted extensions. No TEMPORARY for the service: a temporary table could
    -- stand in front of a real one.
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I', current_database(), role_owner);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role_app);

    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    EXECUTE format('ALTER SCHEMA public OWNER TO %I', role_owner);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_app);
    -- CREATE: PostgreSQL asks it of whoever is to become the owner of a function.
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', role_system);

    FOREACH maker IN ARRAY ARRAY[role_owner, role_system] LOOP
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I, %I',
            maker, role_app, role_system);
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO %I, %I',
            maker, role_app, role_system);
        -- Everyone may call a new function unless told otherwise; here the service alone may. Not per schema: PostgreSQL
        -- ignores a revocation there.
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC', maker);
        EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT EXECUTE ON FUNCTIONS TO %I, %I', maker, role_app, role_system);
    END LOOP;
END
$database$;
