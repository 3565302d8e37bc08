FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 DAUYS_DATA=/data DAUYS_KEY_FILE=/key/master.key
WORKDIR /app

COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --require-hashes -r requirements.txt

COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY content content
COPY storage storage
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation . \
 && useradd --system --uid 10001 --user-group --home-dir /data dauys \
 && install -d -o dauys -g dauys -m 0700 /data /key

USER dauys
VOLUME ["/data", "/key"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=4 CMD ["dauys", "healthcheck"]
ENTRYPOINT ["dauys"]
CMD ["run"]
