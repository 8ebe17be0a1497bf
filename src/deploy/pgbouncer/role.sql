-- PgBouncer accepts no start-up options, with which the server otherwise sets these two for each session: they belong to
-- the role then. Run it as a superuser, once, before servers connect through PgBouncer:
--
--   psql -XAtq -f role.sql auth > /etc/pgbouncer/userlist.txt

-- As --statement-timeout. Without it, no statement is ever cancelled.
alter role auth set statement_timeout = '30s';

-- Otherwise PostgreSQL scans small tables from end to end.
alter role auth set random_page_cost = 1.1;

-- The role's line of userlist.txt. Repeat it after a change of the password, and RELOAD PgBouncer.
select format('"%s" "%s"', rolname, rolpassword) from pg_authid where rolname = 'auth';
