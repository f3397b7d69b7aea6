#!/bin/sh
# Make the namespace that the concertations run in, once Temporal answers. Safe to run at every start.
set -eu

known() {
    temporal operator namespace describe --address "$TEMPORAL_ADDRESS" --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1
}

left=60
until temporal operator cluster health --address "$TEMPORAL_ADDRESS" >/dev/null 2>&1; do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
        echo "Temporal does not answer at $TEMPORAL_ADDRESS" >&2
        exit 1
    fi
    sleep 1
done

if known; then
    echo "namespace $TEMPORAL_NAMESPACE: there"
    exit 0
fi
# Another run may be making it at this very moment: what counts is that it is there in the end.
temporal operator namespace create --address "$TEMPORAL_ADDRESS" --namespace "$TEMPORAL_NAMESPACE" \
    --retention "$TEMPORAL_RETENTION" || known
echo "namespace $TEMPORAL_NAMESPACE: made"
