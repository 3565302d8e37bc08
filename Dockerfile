# Any base with Python 3.11 or newer as python3, and venv; how it was tried: docs/operations.md.
ARG BASE=python:3.11-slim
FROM ${BASE} AS build
WORKDIR /app
RUN python3 -m venv /opt/dauys
COPY requirements.txt ./
RUN /opt/dauys/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY content content
COPY storage storage
RUN /opt/dauys/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/dauys/bin/python -m pip uninstall --yes --quiet pip setuptools hatchling editables

FROM ${BASE}
ENV PATH=/opt/dauys/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DAUYS_DATA=/data DAUYS_KEY_FILE=/key/master.key
RUN groupadd --gid 10001 dauys \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin dauys \
 && install -d -o dauys -g dauys -m 0700 /data /key /backup \
 && install -d /library
COPY --from=build /opt/dauys /opt/dauys

USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/key"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=4 CMD ["dauys", "healthcheck"]
ENTRYPOINT ["dauys"]
CMD ["run"]
