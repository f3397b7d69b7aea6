#!/bin/sh
# Bring both of Temporal's databases to the version of this image. Safe to run at every start.
set -eu

versions=/etc/temporal/schema/postgresql/v12

tool() {
    name=$1
    shift
    temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" --db "$name" "$@"
}

prepare() {
    name=$1
    folder=$2
    # `setup-schema` sets the version back to 0.0 whatever is there: only for a database that has none.
    if said=$(tool "$name" update-schema -d "$folder" 2>&1); then
        echo "$name: up to date"
        return
    fi
    case $said in
        *schema_version*"does not exist"*)
            tool "$name" setup-schema -v 0.0
            tool "$name" update-schema -d "$folder"
            echo "$name: made"
            ;;
        *)
            echo "$said" >&2
            exit 1
            ;;
    esac
}

prepare temporal "$versions/temporal/versioned"
prepare temporal_visibility "$versions/visibility/versioned"
