# One image for both services and the demonstration mail catcher; docker-compose.yml says which one runs.

FROM python:3.13-slim AS packages
COPY requirements/runtime.txt /srv/requirements.txt
RUN python -m venv /srv/packages \
 && /srv/packages/bin/python -m pip install --no-cache-dir --no-deps --require-hashes --requirement /srv/requirements.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin stagepost \
 && install --directory --owner=stagepost --mode=0700 /var/lib/stagepost
COPY --from=packages /srv/packages /srv/packages
COPY services /srv/stagepost/services
COPY demo /srv/stagepost/demo
COPY policies /srv/stagepost/policies
COPY schemas /srv/stagepost/schemas
COPY openapi /srv/stagepost/openapi
ENV PATH=/srv/packages/bin:$PATH \
    PYTHONPATH=/srv/stagepost/services:/srv/stagepost \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STAGEPOST_VAR=/var/lib/stagepost
WORKDIR /srv/stagepost
USER stagepost
VOLUME /var/lib/stagepost
