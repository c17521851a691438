# Doings with a SQLite database in the volume /data, or with the one that DOINGS_DATABASE names.
FROM python:3.11-slim AS build

WORKDIR /source
RUN python -m venv /opt/doings
# The exact versions that the tests ran with, in a layer that lasts as long as they do.
COPY requirements.txt ./
RUN /opt/doings/bin/pip install --no-cache-dir --requirement requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/doings/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim

RUN groupadd --gid 10001 doings \
    && useradd --no-log-init --uid 10001 --gid doings --home-dir /data --shell /usr/sbin/nologin doings \
    && install --directory --owner doings --group doings --mode 0700 /data
COPY --from=build /opt/doings /opt/doings
ENV PATH="/opt/doings/bin:$PATH" \
    DOINGS_DATABASE="sqlite:////data/doings.db" \
    DOINGS_HOST="0.0.0.0" \
    DOINGS_PORT="8000"

# By its number, so that who runs the image can check that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=5m \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"DOINGS_PORT\"]}/readyz', timeout=8)"]
ENTRYPOINT ["doings"]
CMD ["serve"]
