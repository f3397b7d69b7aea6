#!/bin/sh
# Run once by the PostgreSQL image, on an empty volume: Temporal's account and its two databases.
# The roles and the database of Concertation itself are made by `concertation migrate`.
set -eu

psql --set ON_ERROR_STOP=1 --set password="$TEMPORAL_DB_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE temporal LOGIN NOSUPERUSER PASSWORD :'password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE temporal, temporal_visibility FROM PUBLIC;
SQL
