#!/bin/sh
# Creates Temporal's two databases in PostgreSQL or brings their schema up to date; safe to run again. Takes host,
# port, user and password from SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as the tool itself does.
set -eu

schemas=${TEMPORAL_SCHEMAS:-/etc/temporal/schema}/postgresql/v12

# setup DATABASE SCHEMA
setup() {
  temporal-sql-tool --plugin postgres12 --db "$1" create-database
  temporal-sql-tool --plugin postgres12 --db "$1" setup-schema -v 0.0
  temporal-sql-tool --plugin postgres12 --db "$1" update-schema -d "$schemas/$2/versioned"
}

setup temporal temporal
setup temporal_visibility visibility
