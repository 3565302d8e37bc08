-- The bot's user and database on a PostgreSQL server, for psql as its superuser: psql -h HOST -U postgres -f postgresql.sql
-- The password is read from the file database_password, or from the one that DATABASE_PASSWORD_FILE names.
\set password `cat "${DATABASE_PASSWORD_FILE:-database_password}"`
CREATE ROLE dauys LOGIN PASSWORD :'password';
CREATE DATABASE dauys OWNER dauys;
REVOKE ALL ON DATABASE dauys FROM PUBLIC;
-- What the bot does stays out of the server's log. Where these are refused, the settings of the server itself have to
-- say so (a managed one has them in its parameters); dauys doctor names what is missing.
ALTER ROLE dauys SET log_statement = 'none';
ALTER ROLE dauys SET log_min_duration_statement = -1;
ALTER ROLE dauys SET log_min_duration_sample = -1;
ALTER ROLE dauys SET log_transaction_sample_rate = 0;
ALTER ROLE dauys SET log_min_error_statement = 'panic';
ALTER ROLE dauys SET log_parameter_max_length = 0;
ALTER ROLE dauys SET log_parameter_max_length_on_error = 0;
ALTER ROLE dauys SET log_duration = off;
